package blog.users.account;

import blog.users.user.User;
import org.jspecify.annotations.Nullable;

record UserResponse(Body user) {

    record Body(String email, String token, String username, @Nullable String bio, @Nullable String image) {
    }

    static UserResponse of(User user, String token) {
        return new UserResponse(new Body(user.email(), token, user.username(), user.bio(), user.image()));
    }
}
