package blog.users.web;

import java.nio.charset.StandardCharsets;

/** What a text may be. */
public final class Text {

    private Text() {
    }

    /** Whether the text can be written as UTF-8: it has no half of a surrogate pair. */
    public static boolean isWellFormed(String text) {
        return StandardCharsets.UTF_8.newEncoder().canEncode(text);
    }

    /** Whether PostgreSQL can keep the text: it refuses the character U+0000. */
    public static boolean isStorable(String text) {
        return text.indexOf('\0') < 0 && isWellFormed(text);
    }

    /** The number of characters as people count them, roughly: an emoji is one. */
    public static int length(String text) {
        return text.codePointCount(0, text.length());
    }
}
