package blog.users.auth;

import java.time.Clock;
import java.time.Instant;
import java.util.List;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/** Decides when a key is made and when it goes. Instances that do so at once queue for a lock in the database. */
@Component
class KeyRotation {

    private final SigningKeyStore store;
    private final TransactionTemplate transaction;
    private final TokenProperties properties;
    private final Clock clock;

    KeyRotation(SigningKeyStore store, TransactionTemplate transaction, TokenProperties properties, Clock clock) {
        this.store = store;
        this.transaction = transaction;
        this.properties = properties;
        this.clock = clock;
    }

    List<SigningKey> rotate() {
        List<SigningKey> keys = store.all();
        return isDue(keys) ? transaction.execute(status -> rotateLocked()) : keys;
    }

    private List<SigningKey> rotateLocked() {
        store.lock();
        List<SigningKey> keys = store.all();
        Instant now = clock.instant();
        if (keys.isEmpty()) {
            store.add(SigningKey.generate(now));
        } else if (needsSuccessor(keys.getLast())) {
            store.add(SigningKey.generate(now.plus(properties.keyNotice())));
        }
        if (isSpent(keys)) {
            store.remove(keys.getFirst());
        }
        return store.all();
    }

    private boolean isDue(List<SigningKey> keys) {
        return keys.isEmpty() || needsSuccessor(keys.getLast()) || isSpent(keys);
    }

    private boolean needsSuccessor(SigningKey last) {
        return last.activatesAt().plus(properties.keyLifetime()).isBefore(clock.instant());
    }

    /** The oldest key is spent when the last token it can have signed is no longer good. */
    private boolean isSpent(List<SigningKey> keys) {
        return keys.size() > 1 && keys.get(1).activatesAt()
            .plus(properties.lifetime())
            .plus(properties.keyNotice())
            .isBefore(clock.instant());
    }
}
