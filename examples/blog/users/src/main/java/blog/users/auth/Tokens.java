package blog.users.auth;

import blog.users.user.User;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.text.ParseException;
import java.time.Clock;
import java.time.Instant;
import java.util.Date;
import java.util.Optional;
import java.util.UUID;
import org.springframework.stereotype.Component;

/** Issues and verifies the JWTs. A token names its user by id: it outlives changes of name, address and password. */
@Component
public class Tokens {

    private static final String ISSUER = "users";

    private final SigningKeys keys;
    private final TokenProperties properties;
    private final Clock clock;

    Tokens(SigningKeys keys, TokenProperties properties, Clock clock) {
        this.keys = keys;
        this.properties = properties;
        this.clock = clock;
    }

    public String issue(User user) {
        SigningKey key = keys.current();
        Instant now = clock.instant();
        JWTClaimsSet claims = new JWTClaimsSet.Builder()
            .issuer(ISSUER)
            .subject(user.id().toString())
            .claim("username", user.username())
            .claim("ver", user.version())
            .issueTime(Date.from(now))
            .expirationTime(Date.from(now.plus(properties.lifetime())))
            .build();
        SignedJWT token = new SignedJWT(new JWSHeader.Builder(JWSAlgorithm.ES256).keyID(key.kid()).build(), claims);
        try {
            token.sign(new ECDSASigner(key.jwk()));
        } catch (JOSEException e) {
            throw new IllegalStateException("Key " + key.kid() + " can't sign", e);
        }
        return token.serialize();
    }

    /** The id of the user that a good token names. */
    public Optional<UUID> verify(String token) {
        try {
            SignedJWT jwt = SignedJWT.parse(token);
            JWTClaimsSet claims = jwt.getJWTClaimsSet();
            return isSigned(jwt) && isCurrent(claims)
                ? Optional.of(UUID.fromString(claims.getSubject()))
                : Optional.empty();
        } catch (ParseException | JOSEException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private boolean isSigned(SignedJWT jwt) throws JOSEException {
        JWSHeader header = jwt.getHeader();
        if (!JWSAlgorithm.ES256.equals(header.getAlgorithm()) || header.getKeyID() == null) {
            return false;
        }
        Optional<SigningKey> key = keys.find(header.getKeyID());
        return key.isPresent() && jwt.verify(new ECDSAVerifier(key.get().jwk().toPublicJWK()));
    }

    private boolean isCurrent(JWTClaimsSet claims) {
        return ISSUER.equals(claims.getIssuer())
            && claims.getSubject() != null
            && claims.getExpirationTime() != null
            && claims.getExpirationTime().toInstant().isAfter(clock.instant());
    }
}
