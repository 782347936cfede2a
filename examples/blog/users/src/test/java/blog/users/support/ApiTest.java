package blog.users.support;

import blog.users.event.Confirmations;
import blog.users.event.EventStream;
import blog.users.support.ApiClient.Answer;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.test.context.bean.override.convention.TestBean;

/** The whole service on a port and a database of its own; only the stream is a double. */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT, properties = "confirmations.give-up-after=600ms")
public abstract class ApiTest {

    protected static final String PASSWORD = "secret123";

    private static final TestDatabase DATABASE = TestDatabase.create();
    private static final AtomicInteger COUNT = new AtomicInteger();

    @TestBean
    protected EventStream eventStream;

    @Autowired
    protected Confirmations confirmations;

    protected TestStream stream;
    protected ApiClient api;

    @LocalServerPort
    private int port;

    static EventStream eventStream() {
        return new TestStream();
    }

    @DynamicPropertySource
    static void database(DynamicPropertyRegistry registry) {
        registry.add("spring.datasource.url", DATABASE::url);
        registry.add("spring.datasource.username", DATABASE::username);
        registry.add("spring.datasource.password", DATABASE::password);
    }

    @BeforeEach
    void startAfresh() {
        stream = (TestStream) eventStream;
        stream.reset(confirmations);
        api = new ApiClient("http://127.0.0.1:" + port);
    }

    /** A new user, under a name that no other test has. */
    protected Account register() {
        return register("user" + COUNT.incrementAndGet());
    }

    protected Account register(String username) {
        String email = "mail" + COUNT.incrementAndGet() + "@example.com";
        Answer answer = api.post("/api/users", """
            {"user": {"username": %s, "email": "%s", "password": "%s"}}"""
            .formatted(ApiClient.quote(username), email, PASSWORD));
        answer.expect(201);
        return new Account(username, email, answer.text("/user/token"), TokenBody.of(answer.text("/user/token")).sub());
    }

    public record Account(String username, String email, String token, String id) {

        public String profilePath() {
            return "/api/profiles/" + ApiClient.encode(username);
        }

        public String followPath() {
            return profilePath() + "/follow";
        }
    }
}
