package blog.users.event;

import io.nats.client.Connection;
import io.nats.client.JetStream;
import io.nats.client.JetStreamOptions;
import io.nats.client.Message;
import io.nats.client.Nats;
import io.nats.client.Options;
import io.nats.client.impl.Headers;
import io.nats.client.impl.NatsMessage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/**
 * JetStream. A thread of its own connects, for as long as it takes: the service starts, and goes on, without NATS. What
 * can't be sent now fails now, since the outbox keeps it anyway.
 */
@Component
class NatsEventStream implements EventStream, SmartLifecycle {

    private static final Logger log = LoggerFactory.getLogger(NatsEventStream.class);
    private static final Duration ANSWER = Duration.ofSeconds(2);
    private static final Duration PAUSE = Duration.ofMillis(250);

    private final NatsProperties properties;
    private final Confirmations confirmations;
    private volatile @Nullable Link link;
    private volatile boolean running;
    private @Nullable Thread connector;

    private record Link(Connection connection, JetStream jetStream, String inbox) {

        boolean isUp() {
            return connection.getStatus() == Connection.Status.CONNECTED;
        }
    }

    NatsEventStream(NatsProperties properties, Confirmations confirmations) {
        this.properties = properties;
        this.confirmations = confirmations;
    }

    @Override
    public boolean isAvailable() {
        Link current = link;
        return current != null && current.isUp();
    }

    @Override
    public CompletableFuture<Void> publish(Event event, long attempt, Confirm confirm) {
        Link current = link;
        if (current == null || !current.isUp()) {
            return CompletableFuture.failedFuture(new IOException("NATS is not connected"));
        }
        Headers headers = new Headers().put("Nats-Msg-Id", event.id() + ":" + attempt);
        if (confirm == Confirm.YES) {
            headers.put("Confirm-To", current.inbox());
        }
        Message message = NatsMessage.builder()
            .subject(event.subject())
            .headers(headers)
            .data(event.payload(), StandardCharsets.UTF_8)
            .build();
        try {
            return current.jetStream().publishAsync(message).thenApply(stored -> null);
        } catch (IllegalStateException | IllegalArgumentException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    @Override
    public void start() {
        running = true;
        connector = Thread.ofPlatform().daemon().name("nats-connector").start(this::stayConnected);
    }

    @Override
    public void stop() {
        running = false;
        if (connector != null) {
            connector.interrupt();
        }
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    /** Before the web server in starting, after it in stopping: requests in flight still need the stream. */
    @Override
    public int getPhase() {
        return 0;
    }

    private void stayConnected() {
        while (running) {
            CountDownLatch closed = new CountDownLatch(1);
            try (Connection connection = Nats.connectReconnectOnConnect(options(closed))) {
                link = listen(connection);
                log.info("Connected to NATS");
                closed.await();
            } catch (IOException e) {
                log.warn("NATS can't be reached: {}", e.getMessage());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            } finally {
                link = null;
            }
            pause();
        }
    }

    private Link listen(Connection connection) throws IOException {
        String inbox = connection.createInbox();
        connection.createDispatcher(this::confirmed).subscribe(inbox);
        JetStreamOptions options = JetStreamOptions.builder().requestTimeout(ANSWER).build();
        return new Link(connection, connection.jetStream(options), inbox);
    }

    private void confirmed(Message message) {
        String eventId = new String(message.getData(), StandardCharsets.UTF_8);
        try {
            confirmations.confirm(UUID.fromString(eventId));
        } catch (IllegalArgumentException e) {
            log.warn("A confirmation names no event: {}", eventId);
        }
    }

    private Options options(CountDownLatch closed) {
        return new Options.Builder()
            .server(properties.url())
            .connectionName("users")
            .connectionTimeout(ANSWER)
            .maxReconnects(-1)
            .reconnectWait(PAUSE)
            .reconnectBufferSize(0)
            .pingInterval(Duration.ofSeconds(5))
            .connectionListener((connection, change) -> {
                if (connection.getStatus() == Connection.Status.CLOSED) {
                    closed.countDown();
                }
            })
            .errorListener(new LoggingErrorListener())
            .build();
    }

    private void pause() {
        try {
            Thread.sleep(PAUSE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
