package blog.users.web;

import org.springframework.http.HttpStatus;

/** An answer other than success, on its way to the client. */
public class ApiException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final HttpStatus status;
    private final transient ErrorBody body;

    public ApiException(HttpStatus status, ErrorBody body) {
        super(status + " " + body.errors());
        this.status = status;
        this.body = body;
    }

    public ApiException(HttpStatus status, String key, String message) {
        this(status, ErrorBody.of(key, message));
    }

    public static ApiException invalid(String key, String message) {
        return new ApiException(HttpStatus.UNPROCESSABLE_CONTENT, key, message);
    }

    /** Answered with {@code Retry-After}: the same request may succeed in a moment. */
    public static ApiException unavailable(String key, String message) {
        return new ApiException(HttpStatus.SERVICE_UNAVAILABLE, key, message);
    }

    public HttpStatus status() {
        return status;
    }

    public ErrorBody body() {
        return body;
    }
}
