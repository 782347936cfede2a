package blog.users.web;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import tools.jackson.databind.JsonNode;

/**
 * The fields of a request's wrapper object. It tells an absent field from a null one, and collects what is wrong with
 * all of them before {@link #check} complains once.
 */
public final class Fields {

    private static final String BLANK = "can't be blank";

    private final JsonNode fields;
    private final Map<String, List<String>> errors = new LinkedHashMap<>();

    private Fields(JsonNode fields) {
        this.fields = fields;
    }

    public static Fields of(JsonNode body, String wrapper) {
        JsonNode fields = body.path(wrapper);
        if (!fields.isObject()) {
            throw ApiException.invalid(wrapper, BLANK);
        }
        return new Fields(fields);
    }

    public boolean has(String name) {
        return fields.has(name);
    }

    /** A text that has to be there and may not be blank. */
    public String required(String name) {
        String text = text(name);
        if (text.isBlank() && !errors.containsKey(name)) {
            reject(name, BLANK);
        }
        return text;
    }

    /** A text that may be missing; the empty one counts as missing. */
    public @Nullable String optional(String name) {
        String text = text(name);
        return text.isEmpty() ? null : text;
    }

    public void reject(String name, String message) {
        errors.computeIfAbsent(name, key -> new ArrayList<>()).add(message);
    }

    public void check() {
        if (!errors.isEmpty()) {
            throw new ApiException(HttpStatus.UNPROCESSABLE_CONTENT, new ErrorBody(errors));
        }
    }

    private String text(String name) {
        JsonNode field = fields.path(name);
        if (field.isString()) {
            return field.stringValue();
        }
        if (!field.isMissingNode() && !field.isNull()) {
            reject(name, "must be a string");
        }
        return "";
    }
}
