package blog.users.account;

import blog.users.auth.Passwords;
import blog.users.event.ConfirmedWrites;
import blog.users.event.Event;
import blog.users.event.Events;
import blog.users.event.Outbox;
import blog.users.event.OutboxRelay;
import blog.users.user.User;
import blog.users.user.UserStore;
import blog.users.web.ApiException;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

@Component
class Accounts {

    private final UserStore users;
    private final UniqueNames uniqueNames;
    private final Passwords passwords;
    private final Events events;
    private final Outbox outbox;
    private final OutboxRelay relay;
    private final ConfirmedWrites confirmedWrites;
    private final TransactionTemplate transaction;

    Accounts(UserStore users, UniqueNames uniqueNames, Passwords passwords, Events events, Outbox outbox,
            OutboxRelay relay, ConfirmedWrites confirmedWrites, TransactionTemplate transaction) {
        this.users = users;
        this.uniqueNames = uniqueNames;
        this.passwords = passwords;
        this.events = events;
        this.outbox = outbox;
        this.relay = relay;
        this.confirmedWrites = confirmedWrites;
        this.transaction = transaction;
    }

    /** Does not wait for other services to know: whoever reads a token of a user they miss takes the user from it. */
    User register(Registration registration) {
        uniqueNames.check(null, registration.username(), registration.email());
        String hash = passwords.hash(registration.password());
        User user = User.create(registration.username(), registration.email(), hash);
        Event event = inTransaction(user, () -> {
            users.add(user);
            return outbox.add(events.profile(user));
        });
        relay.publish(event);
        return user;
    }

    User login(Credentials credentials) {
        Optional<User> user = users.findByEmail(credentials.email());
        if (user.isEmpty()) {
            passwords.pretendToMatch(credentials.password());
        }
        return user
            .filter(found -> passwords.matches(credentials.password(), found.passwordHash()))
            .orElseThrow(() -> new ApiException(HttpStatus.UNAUTHORIZED, "credentials", "invalid"));
    }

    /** A change of the profile is answered when the other services show it; e-mail and password are ours alone. */
    User update(User caller, AccountChange change) {
        if (change.touchesProfile()) {
            confirmedWrites.requireStream();
        }
        uniqueNames.check(caller.id(), change.username().or(null), change.email().or(null));
        Change<String> hash = change.password().present()
            ? Change.to(passwords.hash(change.password().value()))
            : Change.none();
        Updated updated = inTransaction(change.applyTo(caller, hash), () -> store(caller, change, hash));
        if (updated.event() != null) {
            confirmedWrites.await(updated.event());
        }
        return updated.user();
    }

    private Updated store(User caller, AccountChange change, Change<String> hash) {
        User before = users.lock(caller.id());
        User after = change.applyTo(before, hash);
        if (!after.equals(before)) {
            users.update(after);
        }
        return new Updated(after, change.touchesProfile() ? outbox.add(events.profile(after)) : null);
    }

    /** Somebody may take a name between the check and the commit: then the database's constraints find it. */
    private <T> T inTransaction(User wanted, Supplier<T> work) {
        try {
            return transaction.execute(status -> work.get());
        } catch (DuplicateKeyException e) {
            uniqueNames.check(wanted.id(), wanted.username(), wanted.email());
            throw e;
        }
    }

    private record Updated(User user, @Nullable Event event) {
    }
}
