package blog.users.profile;

import static org.assertj.core.api.Assertions.assertThat;

import blog.users.support.ApiTest;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class ProfileApiTest extends ApiTest {

    @ParameterizedTest
    @ValueSource(strings = {"a/b", "/", "100%", "%2F", "a;b=c", "..x.", "a\\b", "a+b c", "Жанна 😀", "a?b#c", "follow",
        "~!$&'()*,:@[]{}|^`\"<>", "0123456789012345678901234567890123456789012345678901234567890123"})
    void anyUsernameWorksInAPath(String username) {
        Account account = register(username);
        Account reader = register();

        JsonNode profile = api.get(account.profilePath()).expect(200).json().get("profile");
        api.as(reader).post(account.followPath()).expect(200);

        assertThat(profile.propertyNames()).containsExactlyInAnyOrder("username", "bio", "image", "following");
        assertThat(profile.get("username").stringValue()).isEqualTo(username);
        assertThat(isFollowing(reader, account)).isTrue();
    }

    @Test
    void aPathMayLeaveSemicolonsAndEscapeDots() {
        Account account = register("semi;colon.x");

        assertThat(api.get("/api/profiles/semi;colon%2Ex").expect(200).text("/profile/username"))
            .isEqualTo(account.username());
    }

    @Test
    void followingIsSeenByTheFollowerOnly() {
        Account ann = register();
        Account ben = register();

        api.as(ann).post(ben.followPath()).expect(200);
        api.as(ann).post(ben.followPath()).expect(200);

        assertThat(isFollowing(ann, ben)).isTrue();
        assertThat(isFollowing(ben, ann)).isFalse();
        assertThat(api.get(ben.profilePath()).json().at("/profile/following").booleanValue()).isFalse();

        JsonNode after = api.as(ann).delete(ben.followPath()).expect(200).json();

        assertThat(after.at("/profile/following").booleanValue()).isFalse();
        assertThat(isFollowing(ann, ben)).isFalse();
        api.as(ann).delete(ben.followPath()).expect(200);
    }

    @Test
    void aBadTokenIsNoneWhereNoneIsNeeded() {
        Account account = register();

        api.authorized("Token stale").get(account.profilePath()).expect(200);
    }

    @Test
    void checksComeInOrder() {
        Account account = register();

        api.post("/api/profiles/no-one/follow").expectError(401, "token", "is missing");
        api.delete("/api/profiles/no-one/follow").expectError(401, "token", "is missing");
        api.get("/api/profiles/no-one").expectError(404, "profile", "not found");
        api.as(account).post("/api/profiles/no-one/follow").expectError(404, "profile", "not found");
        api.as(account).delete("/api/profiles/no-one/follow").expectError(404, "profile", "not found");
        api.as(account).post(account.followPath()).expect(422);
        api.get("/api/profiles/" + "x".repeat(5_000)).expectError(404, "profile", "not found");
    }

    @Test
    void twoUsersMayFollowEachOtherAtOnce() {
        Account ann = register();
        Account ben = register();

        for (int round = 0; round < 10; round++) {
            Stream.of(
                    CompletableFuture.supplyAsync(() -> api.as(ann).post(ben.followPath())),
                    CompletableFuture.supplyAsync(() -> api.as(ben).post(ann.followPath())))
                .toList()
                .forEach(answer -> answer.join().expect(200));
        }
    }

    private boolean isFollowing(Account reader, Account account) {
        return api.as(reader).get(account.profilePath()).json().at("/profile/following").booleanValue();
    }
}
