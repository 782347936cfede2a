package blog.users.account;

import static org.assertj.core.api.Assertions.assertThat;

import blog.users.user.User;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

class AccountChangeTest {

    private final User ann = User.create("ann", "ann@example.com", "hash");

    @ParameterizedTest
    @ValueSource(strings = {"\"username\": \"anna\"", "\"bio\": \"x\"", "\"image\": \"x\", \"email\": \"a@b\""})
    void whatOthersSeeRaisesTheVersion(String fields) {
        AccountChange change = change(fields);

        assertThat(change.touchesProfile()).isTrue();
        assertThat(change.applyTo(ann, change.password()).version()).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"username\": \"ann\"", "\"bio\": null, \"image\": \"\""})
    void sayingTheSameDoesNot(String fields) {
        assertThat(change(fields).touchesProfile()).isTrue();
        assertThat(change(fields).applyTo(ann, Change.none())).isEqualTo(ann);
    }

    @Test
    void addressAndPasswordAreNobodysAffair() {
        AccountChange change = change("\"email\": \"a@b\", \"password\": \"12345678\"");

        User changed = change.applyTo(ann, Change.to("other hash"));

        assertThat(change.touchesProfile()).isFalse();
        assertThat(changed.version()).isEqualTo(1);
        assertThat(changed.email()).isEqualTo("a@b");
        assertThat(changed.passwordHash()).isEqualTo("other hash");
    }

    private static AccountChange change(String fields) {
        return AccountChange.from(JsonMapper.shared().readTree("{\"user\": {" + fields + "}}"));
    }
}
