package blog.users.web;

import java.util.List;
import java.util.Map;

public record ErrorBody(Map<String, List<String>> errors) {

    public static ErrorBody of(String key, String message) {
        return new ErrorBody(Map.of(key, List.of(message)));
    }
}
