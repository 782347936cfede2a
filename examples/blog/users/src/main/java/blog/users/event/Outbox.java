package blog.users.event;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** The events that the stream has not acknowledged yet, committed together with the change that they tell. */
@Repository
public class Outbox {

    private final JdbcClient jdbc;

    Outbox(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    public Event add(Event event) {
        jdbc.sql("INSERT INTO outbox (id, subject, payload) VALUES (:id, :subject, :payload)")
            .param("id", event.id())
            .param("subject", event.subject())
            .param("payload", event.payload())
            .update();
        return event;
    }

    /** Takes events that are older than {@code age} and that no other instance holds, until the transaction ends. */
    List<Event> claim(Duration age, int limit) {
        return jdbc.sql("""
                SELECT id, subject, payload FROM outbox
                WHERE created_at < now() - make_interval(secs => :age)
                ORDER BY created_at LIMIT :limit FOR UPDATE SKIP LOCKED""")
            .param("age", age.toMillis() / 1000.0)
            .param("limit", limit)
            .query(Outbox::event)
            .list();
    }

    void remove(Collection<UUID> ids) {
        if (!ids.isEmpty()) {
            jdbc.sql("DELETE FROM outbox WHERE id IN (:ids)").param("ids", ids).update();
        }
    }

    private static Event event(ResultSet row, int number) throws SQLException {
        return new Event(row.getObject("id", UUID.class), row.getString("subject"), row.getString("payload"));
    }
}
