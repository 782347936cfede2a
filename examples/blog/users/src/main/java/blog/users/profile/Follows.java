package blog.users.profile;

import blog.users.event.ConfirmedWrites;
import blog.users.event.Event;
import blog.users.event.Events;
import blog.users.event.Outbox;
import blog.users.user.FollowStore;
import blog.users.user.User;
import blog.users.user.UserStore;
import blog.users.web.ApiException;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

@Component
class Follows {

    private final UserStore users;
    private final FollowStore follows;
    private final Events events;
    private final Outbox outbox;
    private final ConfirmedWrites confirmedWrites;
    private final TransactionTemplate transaction;

    Follows(UserStore users, FollowStore follows, Events events, Outbox outbox, ConfirmedWrites confirmedWrites,
            TransactionTemplate transaction) {
        this.users = users;
        this.follows = follows;
        this.events = events;
        this.outbox = outbox;
        this.confirmedWrites = confirmedWrites;
        this.transaction = transaction;
    }

    boolean isFollowing(User follower, User followee) {
        return follows.isFollowing(follower.id(), followee.id());
    }

    /** Returns when the other services show the new state. A repeat changes nothing, but publishes and waits again. */
    void set(User follower, User followee, boolean following) {
        if (follower.id().equals(followee.id())) {
            throw ApiException.invalid("profile", "can't be your own");
        }
        confirmedWrites.requireStream();
        Event event = transaction.execute(status -> {
            users.lock(follower.id());
            return outbox.add(events.follow(follows.set(follower.id(), followee.id(), following)));
        });
        confirmedWrites.await(event);
    }
}
