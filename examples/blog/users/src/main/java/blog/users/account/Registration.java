package blog.users.account;

import blog.users.web.Fields;
import tools.jackson.databind.JsonNode;

record Registration(String username, String email, String password) {

    static Registration from(JsonNode body) {
        Fields fields = Fields.of(body, "user");
        Registration registration = new Registration(
            AccountRules.username(fields),
            AccountRules.email(fields),
            AccountRules.password(fields, 1));
        fields.check();
        return registration;
    }
}
