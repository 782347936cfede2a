package blog.users.event;

import blog.users.event.EventStream.Confirm;
import blog.users.web.ApiException;
import java.time.Duration;
import org.springframework.stereotype.Component;

/**
 * Makes a write visible everywhere before it is answered: other services answer reads from their own copy of users and
 * follows, so a write counts as done when they have confirmed it.
 */
@Component
public class ConfirmedWrites {

    private final EventStream stream;
    private final OutboxRelay relay;
    private final Confirmations confirmations;
    private final ConfirmationProperties properties;

    ConfirmedWrites(EventStream stream, OutboxRelay relay, Confirmations confirmations,
            ConfirmationProperties properties) {
        this.stream = stream;
        this.relay = relay;
        this.confirmations = confirmations;
        this.properties = properties;
    }

    /** Refuses a write that could not be confirmed anyway, before it is committed. */
    public void requireStream() {
        if (!stream.isAvailable()) {
            throw ApiException.unavailable("events", "can't be published now, try again");
        }
    }

    /** Publishes a committed event until it is confirmed. If it is not, the write stays and arrives later. */
    public void await(Event event) {
        try (Confirmations.Expected expected = confirmations.expect(event.id())) {
            if (!isConfirmed(event, expected)) {
                throw unconfirmed();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw unconfirmed();
        }
    }

    private boolean isConfirmed(Event event, Confirmations.Expected expected) throws InterruptedException {
        long deadline = System.nanoTime() + properties.giveUpAfter().toNanos();
        for (int attempt = 1; ; attempt++) {
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                return false;
            }
            relay.publish(event, attempt, Confirm.YES);
            if (expected.await(Duration.ofNanos(Math.min(left, properties.repeatAfter().toNanos())))) {
                return true;
            }
        }
    }

    private static ApiException unconfirmed() {
        return ApiException.unavailable("events", "were not confirmed in time, the change will show later");
    }
}
