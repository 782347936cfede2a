package blog.users.web;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.TransientDataAccessException;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.ResponseEntity;
import org.springframework.http.converter.HttpMessageNotReadableException;
import org.springframework.transaction.CannotCreateTransactionException;
import org.springframework.transaction.TransactionSystemException;
import org.springframework.web.ErrorResponse;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;

/** Gives every failure the contract's shape. */
@RestControllerAdvice
class ApiErrors {

    private static final Logger log = LoggerFactory.getLogger(ApiErrors.class);
    private static final String RETRY_AFTER_SECONDS = "1";

    @ExceptionHandler
    ResponseEntity<ErrorBody> api(ApiException e) {
        return answer(e.status(), e.body());
    }

    @ExceptionHandler
    ResponseEntity<ErrorBody> unreadable(HttpMessageNotReadableException e) {
        return answer(HttpStatus.UNPROCESSABLE_CONTENT, ErrorBody.of("body", "is not readable as JSON"));
    }

    @ExceptionHandler({DataAccessResourceFailureException.class, TransientDataAccessException.class,
        CannotCreateTransactionException.class, TransactionSystemException.class})
    ResponseEntity<ErrorBody> databaseAway(Exception e) {
        log.warn("The database did not answer: {}", e.getMessage());
        return answer(HttpStatus.SERVICE_UNAVAILABLE, ErrorBody.of("database", "is not available, try again"));
    }

    @ExceptionHandler
    ResponseEntity<ErrorBody> other(Exception e) {
        if (e instanceof ErrorResponse response) {
            return ResponseEntity.status(response.getStatusCode())
                .headers(response.getHeaders())
                .body(byStatus(response.getStatusCode()));
        }
        log.error("A request failed", e);
        return answer(HttpStatus.INTERNAL_SERVER_ERROR, byStatus(HttpStatus.INTERNAL_SERVER_ERROR));
    }

    static ErrorBody byStatus(HttpStatusCode status) {
        return switch (status.value()) {
            case 404 -> ErrorBody.of("path", "not found");
            case 405 -> ErrorBody.of("method", "not allowed");
            case 415 -> ErrorBody.of("body", "must be application/json");
            default -> ErrorBody.of(status.is5xxServerError() ? "server" : "request", "failed");
        };
    }

    private static ResponseEntity<ErrorBody> answer(HttpStatus status, ErrorBody body) {
        ResponseEntity.BodyBuilder answer = ResponseEntity.status(status);
        if (status == HttpStatus.SERVICE_UNAVAILABLE) {
            answer.header(HttpHeaders.RETRY_AFTER, RETRY_AFTER_SECONDS);
        }
        return answer.body(body);
    }
}
