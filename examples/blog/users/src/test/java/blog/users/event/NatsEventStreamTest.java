package blog.users.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import blog.users.event.EventStream.Confirm;
import blog.users.support.NatsServer;
import io.nats.client.Connection;
import io.nats.client.Message;
import io.nats.client.Nats;
import io.nats.client.api.StreamConfiguration;
import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;

@EnabledIfEnvironmentVariable(named = "NATS_SERVER_BIN", matches = ".+")
class NatsEventStreamTest {

    private final Event event = new Event(UUID.randomUUID(), "users.profile.x", "{\"bio\":\"ü\"}");
    private final Confirmations confirmations = new Confirmations();
    private NatsServer server;
    private NatsEventStream stream;

    @TempDir
    private Path store;

    @BeforeEach
    void start() throws Exception {
        server = NatsServer.start(store);
        stream = new NatsEventStream(new NatsProperties(server.url()), confirmations);
        stream.start();
        await().until(stream::isAvailable);
    }

    @AfterEach
    void stop() {
        stream.stop();
        server.stop();
    }

    @Test
    void anEventIsStoredAndConfirmed() throws Exception {
        try (Connection projector = projector()) {
            BlockingQueue<Message> received = read(projector);

            try (Confirmations.Expected expected = confirmations.expect(event.id())) {
                stream.publish(event, 2, Confirm.YES).get(5, TimeUnit.SECONDS);
                assertThat(expected.await(Duration.ofSeconds(5))).isTrue();
            }

            Message message = received.take();
            assertThat(message.getSubject()).isEqualTo("users.profile.x");
            assertThat(message.getData()).asString().isEqualTo("{\"bio\":\"ü\"}");
            assertThat(message.getHeaders().getFirst("Nats-Msg-Id")).isEqualTo(event.id() + ":2");
        }
    }

    @Test
    void whoeverDoesNotWaitAsksForNoConfirmation() throws Exception {
        try (Connection projector = projector()) {
            BlockingQueue<Message> received = read(projector);

            stream.publish(event, 1, Confirm.NO).get(5, TimeUnit.SECONDS);

            assertThat(received.take().getHeaders().getFirst("Confirm-To")).isNull();
        }
    }

    @Test
    void withoutAStreamNothingCountsAsStored() {
        assertThatThrownBy(() -> stream.publish(event, 1, Confirm.NO).get(5, TimeUnit.SECONDS)).isNotNull();
    }

    @Test
    void anAbsenceIsNoticedAndEndsWithIt() throws Exception {
        server.stop();
        await().until(() -> !stream.isAvailable());
        assertThat(stream.publish(event, 1, Confirm.NO)).isCompletedExceptionally();
        server = server.restart();

        await().until(stream::isAvailable);
        try (Connection projector = projector()) {
            read(projector);
            stream.publish(event, 1, Confirm.NO).get(5, TimeUnit.SECONDS);
        }
    }

    private Connection projector() throws Exception {
        Connection connection = Nats.connect(server.url());
        connection.jetStreamManagement().addStream(
            StreamConfiguration.builder().name("USERS").subjects("users.>").build());
        return connection;
    }

    private BlockingQueue<Message> read(Connection projector) throws Exception {
        BlockingQueue<Message> received = new LinkedBlockingQueue<>();
        projector.jetStream().subscribe("users.>", projector.createDispatcher(), message -> {
            received.add(message);
            String confirmTo = message.getHeaders().getFirst("Confirm-To");
            if (confirmTo != null) {
                projector.publish(confirmTo, event.id().toString().getBytes());
            }
        }, true);
        return received;
    }
}
