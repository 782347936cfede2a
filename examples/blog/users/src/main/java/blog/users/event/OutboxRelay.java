package blog.users.event;

import blog.users.event.EventStream.Confirm;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.core.task.AsyncTaskExecutor;
import org.springframework.stereotype.Component;

/** Brings an event to the stream, and takes it out of the outbox once the stream has it. */
@Component
public class OutboxRelay {

    private static final Logger log = LoggerFactory.getLogger(OutboxRelay.class);

    private final EventStream stream;
    private final Outbox outbox;
    private final AsyncTaskExecutor executor;

    OutboxRelay(EventStream stream, Outbox outbox,
            @Qualifier("applicationTaskExecutor") AsyncTaskExecutor executor) {
        this.stream = stream;
        this.outbox = outbox;
        this.executor = executor;
    }

    /** Returns at once. What does not arrive is left to the {@link OutboxSweeper}. */
    public void publish(Event event) {
        if (stream.isAvailable()) {
            publish(event, 1, Confirm.NO);
        }
    }

    void publish(Event event, long attempt, Confirm confirm) {
        stream.publish(event, attempt, confirm)
            .thenRunAsync(() -> outbox.remove(List.of(event.id())), executor)
            .exceptionally(e -> {
                log.warn("Event {} stays in the outbox for now: {}", event.id(), e.getMessage());
                return null;
            });
    }
}
