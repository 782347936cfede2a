package blog.users.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import blog.users.support.MovingClock;
import blog.users.support.TokenBody;
import blog.users.user.User;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import java.time.Duration;
import java.util.Date;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TokensTest {

    private static final TokenProperties PROPERTIES =
        new TokenProperties(Duration.ofDays(30), Duration.ofDays(90), Duration.ofMinutes(15));

    private final MovingClock clock = new MovingClock();
    private final SigningKey key = SigningKey.generate(clock.instant());
    private final KeyRotation rotation = mock();
    private final SigningKeys keys = new SigningKeys(rotation, clock);
    private final Tokens tokens = new Tokens(keys, PROPERTIES, clock);
    private final User user = User.create("ann", "ann@example.com", "");

    @BeforeEach
    void start() {
        when(rotation.rotate()).thenReturn(List.of(key));
        keys.refresh();
    }

    @Test
    void aTokenNamesItsUser() {
        String token = tokens.issue(user);

        assertThat(tokens.verify(token)).contains(user.id());
        assertThat(TokenBody.of(token)).isEqualTo(new TokenBody(key.kid(), "users", user.id().toString(), "ann", 1,
            Date.from(clock.instant()), Date.from(clock.instant().plus(Duration.ofDays(30)))));
    }

    @Test
    void itExpires() {
        String token = tokens.issue(user);

        clock.pass(Duration.ofDays(30));

        assertThat(tokens.verify(token)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "..", "a.b.c", "e30.e30.e30", "bnVsbA.bnVsbA.bnVsbA", "ü.ü.ü"})
    void nonsenseIsNoToken(String nonsense) {
        assertThat(tokens.verify(nonsense)).isEmpty();
    }

    @Test
    void onlyOurKeyAndAlgorithmCount() throws JOSEException {
        SigningKey stranger = SigningKey.generate(clock.instant());
        byte[] publicKey = key.jwk().toPublicJWK().toJSONString().getBytes();

        assertThat(verify(key.kid(), JWSAlgorithm.ES256, new ECDSASigner(key.jwk()), good())).isTrue();
        assertThat(verify(key.kid(), JWSAlgorithm.ES256, new ECDSASigner(stranger.jwk()), good())).isFalse();
        assertThat(verify(stranger.kid(), JWSAlgorithm.ES256, new ECDSASigner(stranger.jwk()), good())).isFalse();
        assertThat(verify(null, JWSAlgorithm.ES256, new ECDSASigner(key.jwk()), good())).isFalse();
        assertThat(verify(key.kid(), JWSAlgorithm.HS256, new MACSigner(publicKey), good())).isFalse();
        assertThat(tokens.verify(new PlainJWT(good().build()).serialize())).isEmpty();
    }

    @Test
    void theClaimsHaveToBeOurs() throws JOSEException {
        assertThat(verify(good().issuer("posts"))).isFalse();
        assertThat(verify(good().subject("ann"))).isFalse();
        assertThat(verify(good().subject(null))).isFalse();
        assertThat(verify(good().expirationTime(null))).isFalse();
    }

    private boolean verify(JWTClaimsSet.Builder claims) throws JOSEException {
        return verify(key.kid(), JWSAlgorithm.ES256, new ECDSASigner(key.jwk()), claims);
    }

    private boolean verify(String kid, JWSAlgorithm algorithm, JWSSigner signer, JWTClaimsSet.Builder claims)
            throws JOSEException {
        SignedJWT token = new SignedJWT(new JWSHeader.Builder(algorithm).keyID(kid).build(), claims.build());
        token.sign(signer);
        return tokens.verify(token.serialize()).isPresent();
    }

    private JWTClaimsSet.Builder good() {
        return new JWTClaimsSet.Builder()
            .issuer("users")
            .subject(user.id().toString())
            .expirationTime(Date.from(clock.instant().plusSeconds(60)));
    }
}
