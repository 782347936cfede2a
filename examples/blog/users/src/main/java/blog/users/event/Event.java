package blog.users.event;

import java.util.UUID;

/** A message to the other services; its payload is JSON. */
public record Event(UUID id, String subject, String payload) {
}
