package blog.users.support;

import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.text.ParseException;
import java.util.Date;
import org.assertj.core.api.Assertions;

/** What a token says. */
public record TokenBody(String kid, String iss, String sub, String username, long ver, Date iat, Date exp) {

    public static TokenBody of(String token) {
        try {
            SignedJWT jwt = SignedJWT.parse(token);
            JWTClaimsSet claims = jwt.getJWTClaimsSet();
            return new TokenBody(jwt.getHeader().getKeyID(), claims.getIssuer(), claims.getSubject(),
                claims.getStringClaim("username"), claims.getLongClaim("ver"), claims.getIssueTime(),
                claims.getExpirationTime());
        } catch (ParseException e) {
            return Assertions.fail("no JWT: " + token, e);
        }
    }
}
