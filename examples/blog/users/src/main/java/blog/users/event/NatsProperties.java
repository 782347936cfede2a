package blog.users.event;

import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * Where NATS is.
 *
 * @param url with user and password, if there are any: {@code nats://user:password@host:port}
 */
@ConfigurationProperties("nats")
record NatsProperties(String url) {
}
