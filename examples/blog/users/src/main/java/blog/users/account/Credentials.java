package blog.users.account;

import blog.users.web.Fields;
import tools.jackson.databind.JsonNode;

record Credentials(String email, String password) {

    static Credentials from(JsonNode body) {
        Fields fields = Fields.of(body, "user");
        Credentials credentials = new Credentials(fields.required("email"), AccountRules.password(fields, 1));
        fields.check();
        return credentials;
    }
}
