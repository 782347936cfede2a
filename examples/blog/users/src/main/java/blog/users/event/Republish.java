package blog.users.event;

import blog.users.event.EventStream.Confirm;
import blog.users.user.Follow;
import blog.users.user.FollowStore;
import blog.users.user.User;
import blog.users.user.UserStore;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/** Publishes everything once more, unfollows too, for a stream that was lost. Readers keep what is newer. */
@Component
public class Republish {

    private static final Logger log = LoggerFactory.getLogger(Republish.class);
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int PAGE = 200;

    private final EventStream stream;
    private final Events events;
    private final UserStore users;
    private final FollowStore follows;

    Republish(EventStream stream, Events events, UserStore users, FollowStore follows) {
        this.stream = stream;
        this.events = events;
        this.users = users;
        this.follows = follows;
    }

    /** Returns whether the stream has all of it now. */
    public boolean run() {
        try {
            if (!isStreamThere()) {
                log.error("Nothing was republished: NATS did not answer within {} s", PATIENCE.toSeconds());
                return false;
            }
            long profiles = all((User last) -> users.page(last == null ? null : last.id(), PAGE), events::profile);
            long pairs = all((Follow last) -> follows.page(last, PAGE), events::follow);
            log.info("Republished {} profiles and {} follows", profiles, pairs);
            return true;
        } catch (CompletionException e) {
            log.error("Republishing stopped: the stream did not take an event", e.getCause());
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private boolean isStreamThere() throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!stream.isAvailable() && System.nanoTime() < deadline) {
            Thread.sleep(100);
        }
        return stream.isAvailable();
    }

    private <T> long all(Function<@Nullable T, List<T>> pageAfter, Function<T, Event> event) {
        long count = 0;
        List<T> page = pageAfter.apply(null);
        while (!page.isEmpty()) {
            page.stream()
                .map(event)
                .map(each -> stream.publish(each, 1, Confirm.NO))
                .toList()
                .forEach(CompletableFuture::join);
            count += page.size();
            page = pageAfter.apply(page.getLast());
        }
        return count;
    }
}
