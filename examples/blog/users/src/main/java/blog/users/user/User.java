package blog.users.user;

import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A user.
 *
 * @param version rises with every change of what other services see: username, bio and image
 */
public record User(
        UUID id,
        String username,
        String email,
        String passwordHash,
        @Nullable String bio,
        @Nullable String image,
        long version) {

    public static User create(String username, String email, String passwordHash) {
        return new User(UUID.randomUUID(), username, email, passwordHash, null, null, 1);
    }

    public boolean hasProfileOf(User other) {
        return username.equals(other.username)
            && Objects.equals(bio, other.bio)
            && Objects.equals(image, other.image);
    }
}
