package blog.users.auth;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks the parameter that takes the user whose token came with the request: a {@code User} where a token is required,
 * an {@code Optional<User>} where it is not. It stands before the body, so that 401 comes before 422.
 */
@Target(ElementType.PARAMETER)
@Retention(RetentionPolicy.RUNTIME)
public @interface Caller {
}
