package blog.users.web;

import static org.assertj.core.api.Assertions.assertThat;

import blog.users.support.ApiClient.Answer;
import blog.users.support.ApiTest;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProtocolApiTest extends ApiTest {

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "null", "[]", "5", "\"user\"", "{}", "{\"user\": null}", "{\"user\": []}",
        "{\"user\": 1} x", "{\"user\": {\"username\": {}, \"email\": [], \"password\": 1}}"})
    void aBodyThatMakesNoSenseIsTheClientsFault(String body) {
        Answer answer = api.post("/api/users", body).expect(422);

        assertThat(answer.json().get("errors").isObject()).isTrue();
    }

    @Test
    void anEndlessBodyIsTheClientsFault() {
        api.post("/api/users", "{\"user\": {\"bio\": \"" + "x".repeat(2_000_000) + "\"}}").expect(422);
        api.post("/api/users", "[".repeat(100_000)).expect(422);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/api", "/api/users/", "/api/user/", "/api/none", "/api/profiles", "/error",
        "/api/users/login/x", "/actuator/env"})
    void unknownPathsAreNotFoundInJson(String path) {
        api.get(path).expectError(404, "path", "not found");
    }

    @Test
    void otherMethodsAreRefusedInJson() {
        api.delete("/api/users").expectError(405, "method", "not allowed");
    }

    @Test
    void aMalformedPathIsRefusedInJson() throws IOException {
        String answer = raw("GET /api/profiles/%zz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");

        assertThat(answer).startsWith("HTTP/1.1 400").contains("{\"errors\":");
    }

    @Test
    void keysArePublishedWithoutTheirPrivateParts() {
        Answer answer = api.get("/.well-known/jwks.json").expect(200);

        assertThat(answer.text("/keys/0/alg")).isEqualTo("ES256");
        assertThat(answer.text("/keys/0/kty")).isEqualTo("EC");
        assertThat(answer.json().at("/keys/0").has("d")).isFalse();
    }

    @Test
    void healthAnswersWithoutTheStream() {
        stream.goAway();

        api.get("/actuator/health/readiness").expect(200);
        api.get("/actuator/health/liveness").expect(200);
    }

    private String raw(String request) throws IOException {
        URI address = URI.create(api.base());
        try (Socket socket = new Socket(address.getHost(), address.getPort())) {
            OutputStream out = socket.getOutputStream();
            out.write(request.getBytes(StandardCharsets.US_ASCII));
            out.flush();
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
