package blog.users.user;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

@Repository
public class FollowStore {

    private final JdbcClient jdbc;

    FollowStore(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    public boolean isFollowing(UUID followerId, UUID followeeId) {
        return jdbc.sql("""
                SELECT following FROM follows WHERE follower_id = :followerId AND followee_id = :followeeId""")
            .param("followerId", followerId)
            .param("followeeId", followeeId)
            .query(Boolean.class)
            .optional()
            .orElse(false);
    }

    /** Stores the state; only a change of it raises the version. The caller holds the follower's lock. */
    public Follow set(UUID followerId, UUID followeeId, boolean following) {
        return jdbc.sql("""
                INSERT INTO follows (follower_id, followee_id, following, version)
                VALUES (:followerId, :followeeId, :following, 1)
                ON CONFLICT (follower_id, followee_id) DO UPDATE
                SET following = excluded.following,
                    version = follows.version + (follows.following <> excluded.following)::int
                RETURNING follower_id, followee_id, following, version""")
            .param("followerId", followerId)
            .param("followeeId", followeeId)
            .param("following", following)
            .query(FollowStore::follow)
            .single();
    }

    /** A page of all follows and unfollows, by their users' ids; the first one has no {@code after}. */
    public List<Follow> page(@Nullable Follow after, int size) {
        return jdbc.sql("""
                SELECT follower_id, followee_id, following, version FROM follows
                WHERE CAST(:followerId AS uuid) IS NULL OR (follower_id, followee_id) > (:followerId, :followeeId)
                ORDER BY follower_id, followee_id LIMIT :size""")
            .param("followerId", after == null ? null : after.followerId())
            .param("followeeId", after == null ? null : after.followeeId())
            .param("size", size)
            .query(FollowStore::follow)
            .list();
    }

    private static Follow follow(ResultSet row, int number) throws SQLException {
        return new Follow(
            row.getObject("follower_id", UUID.class),
            row.getObject("followee_id", UUID.class),
            row.getBoolean("following"),
            row.getLong("version"));
    }
}
