package blog.users.auth;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The life of tokens and of the keys that sign them.
 *
 * @param lifetime of a token
 * @param keyLifetime how long a key signs before it has a successor
 * @param keyNotice how long a new key is published before it signs: longer than anyone keeps the old list
 */
@ConfigurationProperties("tokens")
record TokenProperties(
        @DefaultValue("30d") Duration lifetime,
        @DefaultValue("90d") Duration keyLifetime,
        @DefaultValue("15m") Duration keyNotice) {
}
