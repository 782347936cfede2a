package blog.users.event;

import static org.assertj.core.api.Assertions.assertThat;

import blog.users.support.ApiTest;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;

class RepublishTest extends ApiTest {

    @Autowired
    private Republish republish;

    @Test
    void everythingIsPublishedOnceMoreUnfollowsToo() {
        Account ann = register();
        Account ben = register();
        Account eve = register();
        api.as(ann).post(ben.followPath()).expect(200);
        api.as(ann).post(eve.followPath()).expect(200);
        api.as(ann).delete(ben.followPath()).expect(200);
        stream.reset(confirmations);

        assertThat(republish.run()).isTrue();

        assertThat(stream.sentTo("users.profile." + ann.id())).hasSize(1);
        assertThat(stream.sentTo("users.profile." + ben.id())).hasSize(1);
        assertThat(stream.sentTo("users.follow." + ann.id()))
            .extracting(sent -> sent.event().payload().contains("\"following\":true"))
            .containsExactlyInAnyOrder(true, false);
    }

    @Test
    void aStreamThatTakesNothingIsAFailure() {
        register();
        stream.stopStoring();

        assertThat(republish.run()).isFalse();
    }
}
