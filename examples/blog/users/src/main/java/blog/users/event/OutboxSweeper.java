package blog.users.event;

import blog.users.event.EventStream.Confirm;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionException;
import org.springframework.transaction.support.TransactionTemplate;

/** Relays the events that a writer left behind: it died, or the stream was away. */
@Component
class OutboxSweeper {

    private static final Logger log = LoggerFactory.getLogger(OutboxSweeper.class);
    private static final Duration LEFT_BEHIND = Duration.ofSeconds(1);
    private static final int BATCH = 100;

    private final EventStream stream;
    private final Outbox outbox;
    private final TransactionTemplate transaction;
    private final Clock clock;

    OutboxSweeper(EventStream stream, Outbox outbox, TransactionTemplate transaction, Clock clock) {
        this.stream = stream;
        this.outbox = outbox;
        this.transaction = transaction;
        this.clock = clock;
    }

    @Scheduled(fixedDelay = 1_000)
    void sweep() {
        try {
            boolean more = stream.isAvailable();
            while (more) {
                more = transaction.execute(status -> relayBatch());
            }
        } catch (DataAccessException | TransactionException e) {
            log.warn("The outbox can't be read now: {}", e.getMessage());
        }
    }

    /** Returns whether there may be more to relay at once. */
    private boolean relayBatch() {
        Map<UUID, CompletableFuture<Void>> sent = new LinkedHashMap<>();
        for (Event event : outbox.claim(LEFT_BEHIND, BATCH)) {
            sent.put(event.id(), stream.publish(event, clock.millis(), Confirm.NO));
        }
        List<UUID> stored = new ArrayList<>();
        sent.forEach((id, acknowledged) -> {
            if (acknowledged.handle((ok, failure) -> failure == null).join()) {
                stored.add(id);
            }
        });
        outbox.remove(stored);
        return stored.size() == BATCH;
    }
}
