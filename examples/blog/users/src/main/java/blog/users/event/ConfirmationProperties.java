package blog.users.event;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How long a writer waits for its confirmation.
 *
 * @param repeatAfter when the event is published once more
 * @param giveUpAfter when the write is answered as not confirmed
 */
@ConfigurationProperties("confirmations")
record ConfirmationProperties(
        @DefaultValue("250ms") Duration repeatAfter,
        @DefaultValue("3s") Duration giveUpAfter) {
}
