package blog.users.support;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.UUID;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/** The database of TEST_DATABASE_URL, or an embedded one. Everybody gets an empty schema of their own. */
public record TestDatabase(String url, String username, String password) {

    private static final TestDatabase SERVER = Optional.ofNullable(System.getenv("TEST_DATABASE_URL"))
        .map(TestDatabase::given)
        .orElseGet(TestDatabase::embedded);

    public static TestDatabase create() {
        String schema = "test_" + UUID.randomUUID().toString().replace("-", "");
        JdbcClient server = JdbcClient.create(SERVER.dataSource());
        server.sql("CREATE SCHEMA " + schema).update();
        if (System.getenv("TEST_DATABASE_URL") != null) {
            Thread drop = new Thread(() -> server.sql("DROP SCHEMA " + schema + " CASCADE").update());
            Runtime.getRuntime().addShutdownHook(drop);
        }
        String separator = SERVER.url.contains("?") ? "&" : "?";
        return new TestDatabase(SERVER.url + separator + "currentSchema=" + schema, SERVER.username, SERVER.password);
    }

    public TestDatabase migrated() {
        Flyway.configure().dataSource(dataSource()).load().migrate();
        return this;
    }

    public DataSource dataSource() {
        return new DriverManagerDataSource(url, username, password);
    }

    private static TestDatabase given(String url) {
        return new TestDatabase(url, System.getenv("TEST_DATABASE_USERNAME"), System.getenv("TEST_DATABASE_PASSWORD"));
    }

    private static TestDatabase embedded() {
        try {
            EmbeddedPostgres postgres = EmbeddedPostgres.start();
            return new TestDatabase(postgres.getJdbcUrl("postgres", "postgres"), "postgres", "postgres");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
