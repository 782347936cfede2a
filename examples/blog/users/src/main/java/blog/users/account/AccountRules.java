package blog.users.account;

import blog.users.web.Fields;
import blog.users.web.Text;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What an account's fields may be. The longest bio and image together stay below what one event can carry (1 MB), even
 * if each of their characters needs six bytes in JSON.
 */
final class AccountRules {

    private static final int LONGEST_USERNAME = 255;
    private static final int LONGEST_EMAIL = 320;
    private static final int LONGEST_PASSWORD = 1_000;
    private static final int LONGEST_BIO = 50_000;
    private static final int LONGEST_IMAGE = 100_000;
    private static final Pattern EMAIL = Pattern.compile("[^\\s@]*@[^\\s@]+");

    private AccountRules() {
    }

    static String username(Fields fields) {
        return storable(fields, "username", fields.required("username"), LONGEST_USERNAME);
    }

    static String email(Fields fields) {
        String email = storable(fields, "email", fields.required("email"), LONGEST_EMAIL);
        if (!email.isBlank() && !EMAIL.matcher(email).matches()) {
            fields.reject("email", "is invalid");
        }
        return email;
    }

    static String password(Fields fields, int shortest) {
        String password = fields.required("password");
        if (!password.isBlank() && Text.length(password) < shortest) {
            fields.reject("password", "is too short (minimum is " + shortest + " characters)");
        }
        if (!Text.isWellFormed(password)) {
            fields.reject("password", "is not valid text");
        }
        return bounded(fields, "password", password, LONGEST_PASSWORD);
    }

    static @Nullable String bio(Fields fields) {
        return optional(fields, "bio", LONGEST_BIO);
    }

    static @Nullable String image(Fields fields) {
        return optional(fields, "image", LONGEST_IMAGE);
    }

    private static @Nullable String optional(Fields fields, String name, int longest) {
        String text = fields.optional(name);
        return text == null ? null : storable(fields, name, text, longest);
    }

    private static String storable(Fields fields, String name, String text, int longest) {
        if (!Text.isStorable(text)) {
            fields.reject(name, "is not valid text");
        }
        return bounded(fields, name, text, longest);
    }

    private static String bounded(Fields fields, String name, String text, int longest) {
        if (text.length() > longest) {
            fields.reject(name, "is too long (maximum is " + longest + " characters)");
        }
        return text;
    }
}
