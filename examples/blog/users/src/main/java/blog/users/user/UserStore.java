package blog.users.user;

import blog.users.web.Text;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.core.simple.JdbcClient.StatementSpec;
import org.springframework.stereotype.Repository;

@Repository
public class UserStore {

    private static final String SELECT = "SELECT id, username, email, password_hash, bio, image, version FROM users ";

    private final JdbcClient jdbc;

    UserStore(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    public Optional<User> find(UUID id) {
        return jdbc.sql(SELECT + "WHERE id = :id").param("id", id).query(UserStore::user).optional();
    }

    public Optional<User> findByUsername(String username) {
        return find("username = :value", username);
    }

    public Optional<User> findByEmail(String email) {
        return find("lower(email) = lower(:value)", email);
    }

    /**
     * Reads the user and keeps the row from being changed by others until the transaction ends. New follows of that
     * user may still refer to it, or two users who follow each other at once would be in each other's way.
     */
    public User lock(UUID id) {
        return jdbc.sql(SELECT + "WHERE id = :id FOR NO KEY UPDATE").param("id", id).query(UserStore::user).single();
    }

    public void add(User user) {
        bind(jdbc.sql("""
            INSERT INTO users (id, username, email, password_hash, bio, image, version)
            VALUES (:id, :username, :email, :passwordHash, :bio, :image, :version)"""), user).update();
    }

    public void update(User user) {
        bind(jdbc.sql("""
            UPDATE users SET username = :username, email = :email, password_hash = :passwordHash, bio = :bio,
                image = :image, version = :version
            WHERE id = :id"""), user).update();
    }

    /** A page of all users, by id; the first one has no {@code after}. */
    public List<User> page(@Nullable UUID after, int size) {
        return jdbc.sql(SELECT + "WHERE CAST(:after AS uuid) IS NULL OR id > :after ORDER BY id LIMIT :size")
            .param("after", after)
            .param("size", size)
            .query(UserStore::user)
            .list();
    }

    private Optional<User> find(String condition, String value) {
        if (!Text.isStorable(value)) {
            return Optional.empty();
        }
        return jdbc.sql(SELECT + "WHERE " + condition).param("value", value).query(UserStore::user).optional();
    }

    private static StatementSpec bind(StatementSpec statement, User user) {
        return statement
            .param("id", user.id())
            .param("username", user.username())
            .param("email", user.email())
            .param("passwordHash", user.passwordHash())
            .param("bio", user.bio())
            .param("image", user.image())
            .param("version", user.version());
    }

    private static User user(ResultSet row, int number) throws SQLException {
        return new User(
            row.getObject("id", UUID.class),
            row.getString("username"),
            row.getString("email"),
            row.getString("password_hash"),
            row.getString("bio"),
            row.getString("image"),
            row.getLong("version"));
    }
}
