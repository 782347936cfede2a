package blog.users.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import blog.users.event.EventStream.Confirm;
import blog.users.support.ApiClient;
import blog.users.support.ApiClient.Answer;
import blog.users.support.ApiTest;
import blog.users.support.TestStream.Sent;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ConfirmedWriteApiTest extends ApiTest {

    @Autowired
    private JdbcClient jdbc;

    @Autowired
    private OutboxSweeper sweeper;

    @Test
    void aWriteIsAnsweredWhenItIsConfirmedAndNotBefore() {
        Account ann = register();
        Account ben = register();
        AtomicReference<Sent> unconfirmed = new AtomicReference<>();
        stream.readBy(unconfirmed::set);

        CompletableFuture<Answer> answer =
            CompletableFuture.supplyAsync(() -> api.as(ann).post(ben.followPath()));
        await().until(() -> unconfirmed.get() != null);
        await().during(Duration.ofMillis(150)).atMost(Duration.ofSeconds(2)).until(() -> !answer.isDone());
        confirmations.confirm(unconfirmed.get().event().id());

        answer.join().expect(200);
    }

    @Test
    void noConfirmationIsA503AndTheWriteStays() {
        Account ann = register();
        Account ben = register();
        stream.readBy(message -> { });

        Answer answer = api.as(ann).put("/api/user", """
            {"user": {"bio": "unconfirmed"}}""").expect(503);
        api.as(ann).post(ben.followPath()).expect(503);

        assertThat(answer.headers().firstValue("Retry-After")).contains("1");
        assertThat(answer.json().at("/errors/events").isArray()).isTrue();
        assertThat(api.as(ann).get("/api/user").text("/user/bio")).isEqualTo("unconfirmed");
        assertThat(stream.sentTo("users.profile." + ann.id())).extracting(Sent::attempt).startsWith(1L, 1L, 2L, 3L);
    }

    @Test
    void withTheStreamAwayProfilesRefuseToChangeAndTheRestGoesOn() {
        Account ann = register();
        Account ben = register();
        stream.goAway();
        ApiClient client = api.as(ann);

        client.put("/api/user", "{\"user\": {\"bio\": \"lost\", \"email\": \"lost@example.com\"}}").expect(503);
        client.put("/api/user", "{\"user\": {\"username\": \"lost\"}}").expect(503);
        client.post(ben.followPath()).expect(503);
        client.delete(ben.followPath()).expect(503);
        client.put("/api/user", """
            {"user": {"email": "kept@example.com", "password": "kept-kept"}}""").expect(200);
        api.post("/api/users/login", """
            {"user": {"email": "kept@example.com", "password": "kept-kept"}}""").expect(200);
        client.get(ben.profilePath()).expect(200);
        register();

        assertThat(client.get("/api/user").json().at("/user/bio").isNull()).isTrue();
        assertThat(client.get("/api/user").text("/user/email")).isEqualTo("kept@example.com");
    }

    @Test
    void aRepeatIsPublishedAndConfirmedAgainUnderTheSameVersion() {
        Account ann = register();
        Account ben = register();

        api.as(ann).post(ben.followPath()).expect(200);
        api.as(ann).post(ben.followPath()).expect(200);
        api.as(ann).delete(ben.followPath()).expect(200);
        api.as(ann).put("/api/user", "{\"user\": {\"bio\": \"x\"}}").expect(200);
        api.as(ann).put("/api/user", "{\"user\": {\"bio\": \"x\"}}").expect(200);

        List<JsonNode> follows = payloads("users.follow." + ann.id());
        assertThat(follows).extracting(event -> event.at("/follow/version").longValue()).containsExactly(1L, 1L, 2L);
        assertThat(follows).extracting(event -> event.at("/follow/following").booleanValue())
            .containsExactly(true, true, false);
        assertThat(payloads("users.profile." + ann.id()))
            .extracting(event -> event.at("/user/version").longValue()).containsExactly(1L, 2L, 2L);
    }

    @Test
    void eventsHaveTheAgreedForm() {
        Account ann = register();
        Account ben = register();
        api.as(ann).post(ben.followPath()).expect(200);

        Sent registration = stream.sentTo("users.profile." + ann.id()).getFirst();
        Sent follow = stream.sentTo("users.follow." + ann.id()).getFirst();

        assertThat(registration.confirm()).isEqualTo(Confirm.NO);
        assertThat(JsonMapper.shared().readTree(registration.event().payload()))
            .isEqualTo(JsonMapper.shared().readTree("""
                {"id": "%s", "type": "profile",
                 "user": {"id": "%s", "username": "%s", "bio": null, "image": null, "version": 1}}"""
                .formatted(registration.event().id(), ann.id(), ann.username())));
        assertThat(follow.confirm()).isEqualTo(Confirm.YES);
        assertThat(JsonMapper.shared().readTree(follow.event().payload()))
            .isEqualTo(JsonMapper.shared().readTree("""
                {"id": "%s", "type": "follow",
                 "follow": {"followerId": "%s", "followeeId": "%s", "following": true, "version": 1}}"""
                .formatted(follow.event().id(), ann.id(), ben.id())));
    }

    @Test
    void anAcknowledgedEventLeavesTheOutbox() {
        Account ann = register();

        await().until(() -> outboxRowsOf(ann) == 0);
    }

    @Test
    void theSweeperRelaysWhatWasLeftBehind() {
        stream.stopStoring();
        Account ann = register();
        assertThat(outboxRowsOf(ann)).isEqualTo(1);
        stream.reset(confirmations);

        await().until(() -> {
            sweeper.sweep();
            return outboxRowsOf(ann) == 0;
        });

        assertThat(stream.sentTo("users.profile." + ann.id())).hasSize(1)
            .first().matches(sent -> sent.attempt() > 1, "has an attempt of its own");
    }

    private List<JsonNode> payloads(String subject) {
        return stream.sentTo(subject).stream()
            .map(sent -> JsonMapper.shared().readTree(sent.event().payload()))
            .toList();
    }

    private long outboxRowsOf(Account account) {
        return jdbc.sql("SELECT count(*) FROM outbox WHERE subject = :subject")
            .param("subject", "users.profile." + account.id())
            .query(Long.class)
            .single();
    }
}
