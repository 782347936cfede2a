package blog.users.user;

import java.util.UUID;

/** Whether one user follows another; it stays after an unfollow, for its version. */
public record Follow(UUID followerId, UUID followeeId, boolean following, long version) {
}
