package blog.users.auth;

import static org.assertj.core.api.Assertions.assertThat;

import blog.users.support.MovingClock;
import blog.users.support.TestDatabase;
import blog.users.support.TokenBody;
import blog.users.user.User;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

class KeyRotationTest {

    private static final TokenProperties PROPERTIES =
        new TokenProperties(Duration.ofDays(30), Duration.ofDays(90), Duration.ofMinutes(15));
    private static final Duration A_KEYS_LIFE = Duration.ofDays(90).plusSeconds(1);

    private final MovingClock clock = new MovingClock();
    private final DataSource database = TestDatabase.create().migrated().dataSource();
    private final User user = User.create("ann", "ann@example.com", "");

    @Test
    void instancesThatStartAtOnceShareTheFirstKey() {
        List<String> kids = IntStream.range(0, 4)
            .mapToObj(i -> CompletableFuture.supplyAsync(this::instance))
            .toList().stream()
            .map(started -> started.join().current().kid())
            .distinct()
            .toList();

        assertThat(kids).hasSize(1);
    }

    @Test
    void aNewKeyIsPublishedBeforeItSigns() {
        SigningKeys keys = instance();
        String first = keys.current().kid();

        clock.pass(A_KEYS_LIFE);
        keys.refresh();

        assertThat(keys.published().getKeys()).hasSize(2);
        assertThat(keys.current().kid()).isEqualTo(first);
        clock.pass(Duration.ofMinutes(16));
        assertThat(keys.current().kid()).isNotEqualTo(first);
    }

    @Test
    void aTokenIsGoodForAsLongAsItSaysWhateverHappensToItsKey() {
        SigningKeys keys = instance();
        Tokens tokens = new Tokens(keys, PROPERTIES, clock);
        clock.pass(A_KEYS_LIFE);
        keys.refresh();
        String last = tokens.issue(user);
        clock.pass(Duration.ofDays(30).minusMinutes(1));
        keys.refresh();

        assertThat(tokens.verify(last)).contains(user.id());

        clock.pass(Duration.ofMinutes(2));
        assertThat(tokens.verify(last)).isEmpty();
        clock.pass(Duration.ofMinutes(30));
        keys.refresh();
        assertThat(keys.published().getKeys()).hasSize(1)
            .noneMatch(key -> key.getKeyID().equals(TokenBody.of(last).kid()));
    }

    @Test
    void anotherInstancesNewKeyIsFound() {
        SigningKeys one = instance();
        clock.pass(A_KEYS_LIFE);
        SigningKeys other = instance();
        clock.pass(Duration.ofMinutes(16));

        String token = new Tokens(other, PROPERTIES, clock).issue(user);

        assertThat(new Tokens(one, PROPERTIES, clock).verify(token)).contains(user.id());
    }

    private SigningKeys instance() {
        TransactionTemplate transaction = new TransactionTemplate(new DataSourceTransactionManager(database));
        SigningKeyStore store = new SigningKeyStore(JdbcClient.create(database));
        SigningKeys keys = new SigningKeys(new KeyRotation(store, transaction, PROPERTIES, clock), clock);
        keys.refresh();
        return keys;
    }
}
