package blog.users.account;

import blog.users.user.User;
import blog.users.user.UserStore;
import blog.users.web.ApiException;
import blog.users.web.ErrorBody;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;

/** Says which names somebody else has. */
@Component
class UniqueNames {

    private static final List<String> TAKEN = List.of("has already been taken");

    private final UserStore users;

    UniqueNames(UserStore users) {
        this.users = users;
    }

    void check(@Nullable UUID self, @Nullable String username, @Nullable String email) {
        Map<String, List<String>> errors = new LinkedHashMap<>();
        if (isOther(self, Optional.ofNullable(username).flatMap(users::findByUsername))) {
            errors.put("username", TAKEN);
        }
        if (isOther(self, Optional.ofNullable(email).flatMap(users::findByEmail))) {
            errors.put("email", TAKEN);
        }
        if (!errors.isEmpty()) {
            throw new ApiException(HttpStatus.CONFLICT, new ErrorBody(errors));
        }
    }

    private static boolean isOther(@Nullable UUID self, Optional<User> owner) {
        return owner.filter(user -> !user.id().equals(self)).isPresent();
    }
}
