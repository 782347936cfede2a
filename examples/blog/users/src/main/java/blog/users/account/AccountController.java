package blog.users.account;

import blog.users.auth.Caller;
import blog.users.auth.Tokens;
import blog.users.user.User;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.JsonNode;

@RestController
class AccountController {

    private final Accounts accounts;
    private final Tokens tokens;

    AccountController(Accounts accounts, Tokens tokens) {
        this.accounts = accounts;
        this.tokens = tokens;
    }

    @PostMapping("/api/users")
    @ResponseStatus(HttpStatus.CREATED)
    UserResponse register(@RequestBody JsonNode body) {
        return answer(accounts.register(Registration.from(body)));
    }

    @PostMapping("/api/users/login")
    UserResponse login(@RequestBody JsonNode body) {
        return answer(accounts.login(Credentials.from(body)));
    }

    @GetMapping("/api/user")
    UserResponse current(@Caller User caller) {
        return answer(caller);
    }

    @PutMapping("/api/user")
    UserResponse update(@Caller User caller, @RequestBody JsonNode body) {
        return answer(accounts.update(caller, AccountChange.from(body)));
    }

    private UserResponse answer(User user) {
        return UserResponse.of(user, tokens.issue(user));
    }
}
