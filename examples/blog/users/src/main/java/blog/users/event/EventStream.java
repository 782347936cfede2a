package blog.users.event;

import java.util.concurrent.CompletableFuture;

/** The stream that the other services read. */
public interface EventStream {

    /** Whether the stream can be reached, as far as is known without asking. */
    boolean isAvailable();

    /**
     * Sends an event. Sending it again takes another attempt, or the stream would drop it as a duplicate.
     *
     * @return completes when the stream has stored the event
     */
    CompletableFuture<Void> publish(Event event, long attempt, Confirm confirm);

    /** Whether whoever commits the event shall tell {@link Confirmations}. */
    enum Confirm { YES, NO }
}
