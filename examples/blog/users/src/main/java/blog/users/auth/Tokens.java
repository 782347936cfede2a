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
        return parse(token)
            .filter(parsed -> isCurrent(parsed.claims()) && isSigned(parsed.jwt()))
            .map(Parsed::user);
    }

    private record Parsed(SignedJWT jwt, JWTClaimsSet claims, UUID user) {
    }

    /** Anybody may send anything as a token, and the library does not always say so by a ParseException. */
    private static Optional<Parsed> parse(String token) {
        try {
            SignedJWT jwt = SignedJWT.parse(token);
            JWTClaimsSet claims = jwt.getJWTClaimsSet();
            return Optional.of(new Parsed(jwt, claims, UUID.fromString(claims.getSubject())));
        } catch (ParseException | RuntimeException e) {
            return Optional.empty();
        }
    }

    private boolean isSigned(SignedJWT jwt) {
        JWSHeader header = jwt.getHeader();
        if (!JWSAlgorithm.ES256.equals(header.getAlgorithm()) || header.getKeyID() == null) {
            return false;
        }
        return keys.find(header.getKeyID()).filter(key -> isSignedBy(key, jwt)).isPresent();
    }

    private static boolean isSignedBy(SigningKey key, SignedJWT jwt) {
        try {
            return jwt.verify(new ECDSAVerifier(key.jwk().toPublicJWK()));
        } catch (JOSEException e) {
            return false;
        }
    }

    private boolean isCurrent(JWTClaimsSet claims) {
        return ISSUER.equals(claims.getIssuer())
            && claims.getExpirationTime() != null
            && claims.getExpirationTime().toInstant().isAfter(clock.instant());
    }
}
