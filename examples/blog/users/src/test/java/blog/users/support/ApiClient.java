package blog.users.support;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A client that sends paths just as they are written. */
public record ApiClient(String base, HttpClient http, @Nullable String authorization) {

    private static final JsonMapper JSON = JsonMapper.shared();

    public ApiClient(String base) {
        this(base, HttpClient.newHttpClient(), null);
    }

    public ApiClient as(ApiTest.Account account) {
        return authorized("Token " + account.token());
    }

    public ApiClient authorized(String header) {
        return new ApiClient(base, http, header);
    }

    public Answer get(String path) {
        return send("GET", path, null);
    }

    public Answer delete(String path) {
        return send("DELETE", path, null);
    }

    public Answer post(String path) {
        return send("POST", path, null);
    }

    public Answer post(String path, String body) {
        return send("POST", path, body);
    }

    public Answer put(String path, String body) {
        return send("PUT", path, body);
    }

    public Answer send(String method, String path, @Nullable String body) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(base + path))
            .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
        if (body != null) {
            request.header("Content-Type", "application/json");
        }
        if (authorization != null) {
            request.header("Authorization", authorization);
        }
        try {
            HttpResponse<String> response = http.send(request.build(), BodyHandlers.ofString());
            return new Answer(response.statusCode(), response.headers(), response.body());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    public static String quote(String text) {
        return JSON.writeValueAsString(text);
    }

    public static String encode(String segment) {
        return URLEncoder.encode(segment, StandardCharsets.UTF_8).replace("+", "%20");
    }

    public record Answer(int status, HttpHeaders headers, String body) {

        public JsonNode json() {
            return JSON.readTree(body);
        }

        public String text(String pointer) {
            return json().at(pointer).stringValue();
        }

        public Answer expect(int expected) {
            assertThat(status).as(body).isEqualTo(expected);
            assertThat(headers.firstValue("Content-Type").orElse("")).isEqualToIgnoringCase(
                "application/json;charset=utf-8");
            return this;
        }

        public void expectError(int expected, String key, String message) {
            expect(expected);
            assertThat(json().at("/errors/" + key + "/0").asString("")).as(body).isEqualTo(message);
        }
    }
}
