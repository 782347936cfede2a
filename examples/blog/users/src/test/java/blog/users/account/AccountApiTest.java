package blog.users.account;

import static org.assertj.core.api.Assertions.assertThat;

import blog.users.support.ApiClient.Answer;
import blog.users.support.ApiTest;
import blog.users.support.TokenBody;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class AccountApiTest extends ApiTest {

    @Test
    void aNewUserHasAllKeysAndAToken() {
        JsonNode user = api.post("/api/users", """
            {"user": {"username": "john.doe_1-x", "email": "John@Test.com", "password": "x", "unknown": 1}}""")
            .expect(201).json().get("user");

        assertThat(user.propertyNames()).containsExactlyInAnyOrder("email", "token", "username", "bio", "image");
        assertThat(user.get("username").stringValue()).isEqualTo("john.doe_1-x");
        assertThat(user.get("email").stringValue()).isEqualTo("John@Test.com");
        assertThat(user.get("bio").isNull()).isTrue();
        assertThat(user.get("image").isNull()).isTrue();
        TokenBody token = TokenBody.of(user.get("token").stringValue());
        assertThat(token.iss()).isEqualTo("users");
        assertThat(token.username()).isEqualTo("john.doe_1-x");
        assertThat(token.ver()).isEqualTo(1);
        assertThat(token.exp()).isAfter(token.iat());
    }

    @ParameterizedTest
    @ValueSource(strings = {"username", "email", "password"})
    void aBlankFieldIsRefusedUnderItsName(String field) {
        for (String blank : List.of("\"\"", "null", "\"  \"")) {
            api.post("/api/users", """
                {"user": {"username": "someone", "email": "some@one.com", "password": "pw", "%s": %s}}"""
                .formatted(field, blank)).expectError(422, field, "can't be blank");
        }
    }

    @Test
    void takenNamesAreRefusedUnderTheirFields() {
        Account taken = register();

        Answer answer = api.post("/api/users", """
            {"user": {"username": "%s", "email": "%s", "password": "pw"}}"""
            .formatted(taken.username(), taken.email().toUpperCase()));

        answer.expectError(409, "username", "has already been taken");
        answer.expectError(409, "email", "has already been taken");
    }

    @Test
    void onlyOneOfManyWhoAskAtOnceGetsTheName() {
        List<CompletableFuture<Answer>> all = IntStream.range(0, 6)
            .mapToObj(i -> CompletableFuture.supplyAsync(() -> api.post("/api/users", """
                {"user": {"username": "wanted", "email": "wanted%d@example.com", "password": "pw"}}""".formatted(i))))
            .toList();

        List<Integer> states = all.stream().map(CompletableFuture::join).map(Answer::status).sorted().toList();

        assertThat(states).containsExactly(201, 409, 409, 409, 409, 409);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\\u0000b", "\\ud800"})
    void textThatCannotBeStoredIsRefused(String text) {
        Account account = register();

        api.post("/api/users", """
            {"user": {"username": "%s", "email": "n@ul.com", "password": "pw"}}""".formatted(text))
            .expectError(422, "username", "is not valid text");
        api.post("/api/users/login", """
            {"user": {"email": "%s", "password": "pw"}}""".formatted(text))
            .expectError(401, "credentials", "invalid");
        api.as(account).put("/api/user", """
            {"user": {"bio": "%s"}}""".formatted(text)).expectError(422, "bio", "is not valid text");
    }

    @ParameterizedTest
    @CsvSource({"username, 256", "email, 321", "password, 1001", "bio, 50001", "image, 100001"})
    void overlongTextIsRefused(String field, int length) {
        Answer answer = api.as(register()).put("/api/user", """
            {"user": {"%s": "%s"}}""".formatted(field, "@x".repeat(length).substring(0, length)));

        answer.expect(422);
        assertThat(answer.body()).contains("is too long");
    }

    @Test
    void loginKnowsTheAddressInAnyCase() {
        Account account = register();

        Answer answer = login(account.email().toUpperCase(), PASSWORD).expect(200);

        assertThat(answer.text("/user/username")).isEqualTo(account.username());
        assertThat(answer.text("/user/email")).isEqualTo(account.email());
    }

    @Test
    void loginTellsNobodyWhetherTheAddressIsKnown() {
        login(register().email(), "wrong").expectError(401, "credentials", "invalid");
        login("nobody@example.com", "wrong").expectError(401, "credentials", "invalid");
        login("", "x").expectError(422, "email", "can't be blank");
        login("nobody@example.com", "").expectError(422, "password", "can't be blank");
    }

    @Test
    void theCurrentUserNeedsAToken() {
        Account account = register();

        api.get("/api/user").expectError(401, "token", "is missing");
        api.authorized("Token ").get("/api/user").expectError(401, "token", "is missing");
        api.authorized("Basic abc").get("/api/user").expectError(401, "token", "is missing");
        api.authorized("Token nonsense").get("/api/user").expectError(401, "token", "is invalid");
        api.authorized("Token " + account.token() + "x").get("/api/user").expectError(401, "token", "is invalid");
        api.authorized("Bearer " + account.token()).get("/api/user").expect(200);
        api.as(account).get("/api/user").expect(200);
    }

    @Test
    void theTokenIsCheckedBeforeTheBody() {
        api.put("/api/user", "{").expectError(401, "token", "is missing");
        api.authorized("Token x").put("/api/user", "{").expectError(401, "token", "is invalid");
    }

    @Test
    void anUpdateChangesWhatItNamesAndNothingElse() {
        Account account = register();

        JsonNode first = api.as(account).put("/api/user", """
            {"user": {"bio": "Grüße \\uD83D\\uDE00", "image": "x"}}""").expect(200).json().get("user");
        JsonNode second = api.as(account).put("/api/user", """
            {"user": {"image": ""}}""").expect(200).json().get("user");
        JsonNode third = api.as(account).put("/api/user", """
            {"user": {}}""").expect(200).json().get("user");

        assertThat(first.get("bio").stringValue()).isEqualTo("Grüße \uD83D\uDE00");
        assertThat(first.get("image").stringValue()).isEqualTo("x");
        assertThat(second.get("bio")).isEqualTo(first.get("bio"));
        assertThat(second.get("image").isNull()).isTrue();
        assertThat(third.get("username").stringValue()).isEqualTo(account.username());
        assertThat(api.as(account).get("/api/user").json().at("/user/bio")).isEqualTo(first.get("bio"));
    }

    @Test
    void theTokenOutlivesEveryChange() {
        Account account = register();

        Answer answer = api.as(account).put("/api/user", """
            {"user": {"username": "%s-2", "email": "new-%s", "password": "12345678"}}"""
            .formatted(account.username(), account.email())).expect(200);

        assertThat(TokenBody.of(answer.text("/user/token")).ver()).isEqualTo(2);
        api.as(account).get("/api/user").expect(200);
        login("new-" + account.email(), PASSWORD).expect(401);
        login("new-" + account.email(), "12345678").expect(200);
        login(account.email(), "12345678").expect(401);
    }

    @Test
    void anUpdateMayNotBlankOrTake() {
        Account other = register();
        Account account = register();

        for (String field : List.of("username", "email", "password")) {
            update(account, field, "null").expectError(422, field, "can't be blank");
            update(account, field, "\"\"").expectError(422, field, "can't be blank");
        }
        update(account, "password", "\"1234567\"")
            .expectError(422, "password", "is too short (minimum is 8 characters)");
        update(account, "username", "\"" + other.username() + "\"")
            .expectError(409, "username", "has already been taken");
        update(account, "email", "\"" + other.email() + "\"").expectError(409, "email", "has already been taken");
        update(account, "username", "\"" + account.username() + "\"").expect(200);
    }

    private Answer update(Account account, String field, String value) {
        return api.as(account).put("/api/user", "{\"user\": {\"%s\": %s}}".formatted(field, value));
    }

    private Answer login(String email, String password) {
        return api.post("/api/users/login", """
            {"user": {"email": "%s", "password": "%s"}}""".formatted(email, password));
    }
}
