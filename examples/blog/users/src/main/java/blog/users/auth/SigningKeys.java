package blog.users.auth;

import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.springframework.beans.factory.InitializingBean;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/** The keys as this instance knows them. */
@Component
class SigningKeys implements InitializingBean {

    private static final Duration LOOK_AGAIN_AFTER = Duration.ofSeconds(1);

    private final KeyRotation rotation;
    private final Clock clock;
    private volatile Known known = new Known(List.of(), Instant.MIN);

    private record Known(List<SigningKey> keys, Instant since) {
    }

    SigningKeys(KeyRotation rotation, Clock clock) {
        this.rotation = rotation;
        this.clock = clock;
    }

    @Override
    public void afterPropertiesSet() {
        refresh();
    }

    @Scheduled(initialDelay = 1, fixedDelay = 1, timeUnit = TimeUnit.MINUTES)
    void refresh() {
        known = new Known(rotation.rotate(), clock.instant());
    }

    /** The key that signs now. */
    SigningKey current() {
        Instant now = clock.instant();
        List<SigningKey> keys = known.keys();
        return keys.reversed().stream()
            .filter(key -> !key.activatesAt().isAfter(now))
            .findFirst()
            .orElseGet(keys::getFirst);
    }

    /** Finds a key; an unknown one may be new, so it looks into the database, but not more than once a second. */
    Optional<SigningKey> find(String kid) {
        Optional<SigningKey> key = lookUp(kid);
        if (key.isEmpty() && known.since().plus(LOOK_AGAIN_AFTER).isBefore(clock.instant())) {
            refresh();
            return lookUp(kid);
        }
        return key;
    }

    JWKSet published() {
        List<JWK> keys = known.keys().stream().<JWK>map(key -> key.jwk().toPublicJWK()).toList();
        return new JWKSet(keys);
    }

    private Optional<SigningKey> lookUp(String kid) {
        return known.keys().stream().filter(key -> key.kid().equals(kid)).findFirst();
    }
}
