package blog.users.auth;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import java.time.Instant;
import java.util.UUID;

/** A key pair, and the time from which it signs. It is published, and good for checking, before and after. */
record SigningKey(ECKey jwk, Instant activatesAt) {

    static SigningKey generate(Instant activatesAt) {
        try {
            ECKey jwk = new ECKeyGenerator(Curve.P_256)
                .keyID(UUID.randomUUID().toString())
                .keyUse(KeyUse.SIGNATURE)
                .algorithm(JWSAlgorithm.ES256)
                .generate();
            return new SigningKey(jwk, activatesAt);
        } catch (JOSEException e) {
            throw new IllegalStateException("This Java runtime has no P-256", e);
        }
    }

    String kid() {
        return jwk.getKeyID();
    }
}
