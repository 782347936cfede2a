package blog.users.auth;

import blog.users.user.User;
import blog.users.user.UserStore;
import blog.users.web.ApiException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.core.MethodParameter;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;
import org.springframework.web.bind.support.WebDataBinderFactory;
import org.springframework.web.context.request.NativeWebRequest;
import org.springframework.web.method.support.HandlerMethodArgumentResolver;
import org.springframework.web.method.support.ModelAndViewContainer;

@Component
class CallerArgumentResolver implements HandlerMethodArgumentResolver {

    private static final Pattern CREDENTIALS = Pattern.compile("(?:Token|Bearer) +(\\S+) *", Pattern.CASE_INSENSITIVE);

    private final Tokens tokens;
    private final UserStore users;

    CallerArgumentResolver(Tokens tokens, UserStore users) {
        this.tokens = tokens;
        this.users = users;
    }

    @Override
    public boolean supportsParameter(MethodParameter parameter) {
        return parameter.hasParameterAnnotation(Caller.class);
    }

    @Override
    public Object resolveArgument(MethodParameter parameter, @Nullable ModelAndViewContainer container,
            NativeWebRequest request, @Nullable WebDataBinderFactory binderFactory) {
        Optional<String> token = token(request.getHeader(HttpHeaders.AUTHORIZATION));
        Optional<User> caller = token.flatMap(tokens::verify).flatMap(users::find);
        if (parameter.getParameterType() == Optional.class) {
            return caller;
        }
        return caller.orElseThrow(() -> unauthorized(token.isEmpty() ? "is missing" : "is invalid"));
    }

    private static Optional<String> token(@Nullable String header) {
        return Optional.ofNullable(header)
            .map(CREDENTIALS::matcher)
            .filter(Matcher::matches)
            .map(credentials -> credentials.group(1));
    }

    private static ApiException unauthorized(String message) {
        return new ApiException(HttpStatus.UNAUTHORIZED, "token", message);
    }
}
