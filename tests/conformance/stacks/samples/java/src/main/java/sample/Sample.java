package sample;

import java.util.Map;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** Answers every request with how it was started. */
@SpringBootApplication
@RestController
public class Sample {

    public static void main(String[] arguments) {
        SpringApplication.run(Sample.class, arguments);
    }

    @GetMapping("/")
    Map<String, String> answer() {
        var program = ProcessHandle.current().info().command().orElse("");
        return Map.of("program", program, "cwd", System.getProperty("user.dir"), "extra", System.getenv("ADMIN_PORT"));
    }
}
