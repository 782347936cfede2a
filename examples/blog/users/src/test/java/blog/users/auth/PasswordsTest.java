package blog.users.auth;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PasswordsTest {

    private final Passwords passwords = new Passwords();

    @Test
    void aHashIsArgon2idAtTheAdvisedCost() {
        assertThat(passwords.hash("pässword")).startsWith("$argon2id$v=19$m=19456,t=2,p=1$");
    }

    @Test
    void onlyThePasswordItselfMatches() {
        String hash = passwords.hash("x".repeat(64));

        assertThat(passwords.matches("x".repeat(64), hash)).isTrue();
        assertThat(passwords.matches("x".repeat(63), hash)).isFalse();
    }
}
