package blog.users.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.mockito.Mockito.mock;

import blog.users.support.TestStream;
import blog.users.support.TestStream.Sent;
import blog.users.web.ApiException;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.core.task.SimpleAsyncTaskExecutor;
import org.springframework.http.HttpStatus;

class ConfirmedWritesTest {

    private final Event event = new Event(UUID.randomUUID(), "users.profile.x", "{}");
    private final TestStream stream = new TestStream();
    private final Confirmations confirmations = new Confirmations();
    private final ConfirmedWrites writes = new ConfirmedWrites(
        stream,
        new OutboxRelay(stream, mock(Outbox.class), new SimpleAsyncTaskExecutor()),
        confirmations,
        new ConfirmationProperties(Duration.ofMillis(20), Duration.ofMillis(200)));

    @BeforeEach
    void start() {
        stream.reset(confirmations);
    }

    @Test
    void oneConfirmationIsEnough() {
        writes.await(event);

        assertThat(stream.sent()).extracting(Sent::attempt).containsExactly(1L);
    }

    @Test
    void whatIsNotConfirmedIsPublishedAgainUnderANewAttempt() {
        stream.readBy(message -> {
            if (message.attempt() == 3) {
                confirmations.confirm(message.event().id());
            }
        });

        writes.await(event);

        assertThat(stream.sent()).extracting(Sent::attempt).containsExactly(1L, 2L, 3L);
    }

    @Test
    void theWaitIsBounded() {
        stream.readBy(message -> confirmations.confirm(UUID.randomUUID()));

        assertThatExceptionOfType(ApiException.class).isThrownBy(() -> writes.await(event))
            .matches(e -> e.status() == HttpStatus.SERVICE_UNAVAILABLE);
    }

    @Test
    void anAbsentStreamIsKnownBefore() {
        stream.goAway();

        assertThatExceptionOfType(ApiException.class).isThrownBy(writes::requireStream);
    }
}
