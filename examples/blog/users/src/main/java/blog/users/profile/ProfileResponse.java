package blog.users.profile;

import blog.users.user.User;
import org.jspecify.annotations.Nullable;

record ProfileResponse(Body profile) {

    record Body(String username, @Nullable String bio, @Nullable String image, boolean following) {
    }

    static ProfileResponse of(User user, boolean following) {
        return new ProfileResponse(new Body(user.username(), user.bio(), user.image(), following));
    }
}
