package blog.users.event;

import blog.users.user.Follow;
import blog.users.user.User;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/** Writes events. Each has the whole state, so that the newest one alone is enough. */
@Component
public class Events {

    private final JsonMapper json;

    Events(JsonMapper json) {
        this.json = json;
    }

    private record ProfileEvent(UUID id, String type, Profile user) {
    }

    private record Profile(UUID id, String username, @Nullable String bio, @Nullable String image, long version) {
    }

    private record FollowEvent(UUID id, String type, Follow follow) {
    }

    public Event profile(User user) {
        UUID id = UUID.randomUUID();
        Profile profile = new Profile(user.id(), user.username(), user.bio(), user.image(), user.version());
        return new Event(id, "users.profile." + user.id(),
            json.writeValueAsString(new ProfileEvent(id, "profile", profile)));
    }

    public Event follow(Follow follow) {
        UUID id = UUID.randomUUID();
        return new Event(id, "users.follow." + follow.followerId(),
            json.writeValueAsString(new FollowEvent(id, "follow", follow)));
    }
}
