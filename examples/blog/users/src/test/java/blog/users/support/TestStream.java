package blog.users.support;

import blog.users.event.Confirmations;
import blog.users.event.Event;
import blog.users.event.EventStream;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** A stream in memory, whose reader does what the test says. */
public class TestStream implements EventStream {

    private final List<Sent> sent = new CopyOnWriteArrayList<>();
    private volatile boolean available = true;
    private volatile boolean storing = true;
    private volatile Consumer<Sent> reader = message -> { };

    public record Sent(Event event, long attempt, Confirm confirm) {
    }

    /** As new: the stream is there, and its reader confirms at once. */
    public void reset(Confirmations confirmations) {
        sent.clear();
        available = true;
        storing = true;
        reader = message -> {
            if (message.confirm() == Confirm.YES) {
                confirmations.confirm(message.event().id());
            }
        };
    }

    public void goAway() {
        available = false;
    }

    public void comeBack() {
        available = true;
    }

    /** The stream is connected, but stores nothing. */
    public void stopStoring() {
        storing = false;
    }

    public void readBy(Consumer<Sent> newReader) {
        reader = newReader;
    }

    public List<Sent> sent() {
        return List.copyOf(sent);
    }

    public List<Sent> sentTo(String subject) {
        return sent.stream().filter(message -> message.event().subject().equals(subject)).toList();
    }

    @Override
    public boolean isAvailable() {
        return available;
    }

    @Override
    public CompletableFuture<Void> publish(Event event, long attempt, Confirm confirm) {
        if (!available || !storing) {
            return CompletableFuture.failedFuture(new IOException("no stream"));
        }
        Sent message = new Sent(event, attempt, confirm);
        sent.add(message);
        reader.accept(message);
        return CompletableFuture.completedFuture(null);
    }
}
