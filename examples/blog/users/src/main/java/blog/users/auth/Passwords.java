package blog.users.auth;

import blog.users.web.ApiException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.springframework.security.crypto.argon2.Argon2PasswordEncoder;
import org.springframework.stereotype.Component;

/** Argon2id at the cost OWASP advises. A hash takes a core and 19 MiB, so only a few are worked out at a time. */
@Component
public class Passwords {

    private static final int AT_A_TIME = Math.clamp(Runtime.getRuntime().availableProcessors(), 1, 4);
    private static final int PATIENCE_SECONDS = 10;

    private final Argon2PasswordEncoder encoder = new Argon2PasswordEncoder(16, 32, 1, 19_456, 2);
    private final Semaphore permits = new Semaphore(AT_A_TIME, true);

    public String hash(String password) {
        return inTurn(() -> encoder.encode(password));
    }

    public boolean matches(String password, String hash) {
        return inTurn(() -> encoder.matches(password, hash));
    }

    /** Takes as long as {@link #matches}, so that nobody can tell an unknown address by the time. */
    public void pretendToMatch(String password) {
        hash(password);
    }

    private <T> T inTurn(Supplier<T> work) {
        try {
            if (!permits.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                throw ApiException.unavailable("password", "can't be checked now, try again");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw ApiException.unavailable("password", "can't be checked now, try again");
        }
        try {
            return work.get();
        } finally {
            permits.release();
        }
    }
}
