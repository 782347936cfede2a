package blog.users.event;

import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.springframework.stereotype.Component;

/** Where writers wait for word that their event is committed on the other side. */
@Component
public class Confirmations {

    private final Map<UUID, Expected> expected = new ConcurrentHashMap<>();

    Expected expect(UUID eventId) {
        return expected.computeIfAbsent(eventId, Expected::new);
    }

    public void confirm(UUID eventId) {
        Expected waiting = expected.get(eventId);
        if (waiting != null) {
            waiting.confirmed.countDown();
        }
    }

    final class Expected implements AutoCloseable {

        private final UUID eventId;
        private final CountDownLatch confirmed = new CountDownLatch(1);

        private Expected(UUID eventId) {
            this.eventId = eventId;
        }

        boolean await(Duration patience) throws InterruptedException {
            return confirmed.await(patience.toNanos(), TimeUnit.NANOSECONDS);
        }

        @Override
        public void close() {
            expected.remove(eventId);
        }
    }
}
