package blog.users.profile;

import blog.users.auth.Caller;
import blog.users.user.User;
import blog.users.user.UserStore;
import blog.users.web.ApiException;
import java.util.Optional;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

@RestController
@RequestMapping("/api/profiles/{username}")
class ProfileController {

    private final UserStore users;
    private final Follows follows;

    ProfileController(UserStore users, Follows follows) {
        this.users = users;
        this.follows = follows;
    }

    @GetMapping
    ProfileResponse profile(@Caller Optional<User> caller, @PathVariable String username) {
        User user = find(username);
        return ProfileResponse.of(user, caller.filter(viewer -> follows.isFollowing(viewer, user)).isPresent());
    }

    @PostMapping("/follow")
    ProfileResponse follow(@Caller User caller, @PathVariable String username) {
        return set(caller, username, true);
    }

    @DeleteMapping("/follow")
    ProfileResponse unfollow(@Caller User caller, @PathVariable String username) {
        return set(caller, username, false);
    }

    private ProfileResponse set(User caller, String username, boolean following) {
        User followee = find(username);
        follows.set(caller, followee, following);
        return ProfileResponse.of(followee, following);
    }

    private User find(String username) {
        return users.findByUsername(username)
            .orElseThrow(() -> new ApiException(HttpStatus.NOT_FOUND, "profile", "not found"));
    }
}
