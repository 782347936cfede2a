package blog.users.account;

import blog.users.user.User;
import blog.users.web.Fields;
import java.util.function.Function;
import tools.jackson.databind.JsonNode;

/** An update of an account: just the fields that the request has. */
record AccountChange(
        Change<String> username,
        Change<String> email,
        Change<String> password,
        Change<String> bio,
        Change<String> image) {

    private static final int SHORTEST_PASSWORD = 8;

    static AccountChange from(JsonNode body) {
        Fields fields = Fields.of(body, "user");
        AccountChange change = new AccountChange(
            change(fields, "username", AccountRules::username),
            change(fields, "email", AccountRules::email),
            change(fields, "password", sent -> AccountRules.password(sent, SHORTEST_PASSWORD)),
            change(fields, "bio", AccountRules::bio),
            change(fields, "image", AccountRules::image));
        fields.check();
        return change;
    }

    /** Whether it says anything about what other services see. */
    boolean touchesProfile() {
        return username.present() || bio.present() || image.present();
    }

    /** The user after this change; a profile that differs has the next version. */
    User applyTo(User user, Change<String> passwordHash) {
        User changed = with(user, passwordHash, user.version());
        return changed.hasProfileOf(user) ? changed : with(user, passwordHash, user.version() + 1);
    }

    private User with(User user, Change<String> passwordHash, long version) {
        return new User(
            user.id(),
            username.or(user.username()),
            email.or(user.email()),
            passwordHash.or(user.passwordHash()),
            bio.or(user.bio()),
            image.or(user.image()),
            version);
    }

    private static Change<String> change(Fields fields, String name, Function<Fields, String> rule) {
        return fields.has(name) ? Change.to(rule.apply(fields)) : Change.none();
    }
}
