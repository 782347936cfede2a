package blog.users.auth;

import com.nimbusds.jose.jwk.ECKey;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.text.ParseException;
import java.util.List;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

@Repository
class SigningKeyStore {

    private static final long LOCK = 0x6B657973L;

    private final JdbcClient jdbc;

    SigningKeyStore(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** Keeps other instances from making keys until the transaction ends. */
    void lock() {
        jdbc.sql("SELECT pg_advisory_xact_lock(:lock)").param("lock", LOCK).query(row -> { });
    }

    /** All keys, in the order in which they come into use. */
    List<SigningKey> all() {
        return jdbc.sql("SELECT jwk, activates_at FROM signing_keys ORDER BY activates_at, kid")
            .query(SigningKeyStore::key)
            .list();
    }

    void add(SigningKey key) {
        jdbc.sql("INSERT INTO signing_keys (kid, jwk, activates_at) VALUES (:kid, :jwk, :activatesAt)")
            .param("kid", key.kid())
            .param("jwk", key.jwk().toJSONString())
            .param("activatesAt", Timestamp.from(key.activatesAt()))
            .update();
    }

    void remove(SigningKey key) {
        jdbc.sql("DELETE FROM signing_keys WHERE kid = :kid").param("kid", key.kid()).update();
    }

    private static SigningKey key(ResultSet row, int number) throws SQLException {
        try {
            return new SigningKey(ECKey.parse(row.getString("jwk")), row.getTimestamp("activates_at").toInstant());
        } catch (ParseException e) {
            throw new SQLException("signing_keys has a row that is no JWK", e);
        }
    }
}
