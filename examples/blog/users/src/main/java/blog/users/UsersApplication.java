package blog.users;

import blog.users.event.Republish;
import java.time.Clock;
import java.util.Arrays;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;
import org.springframework.context.annotation.Bean;
import org.springframework.core.SpringProperties;
import org.springframework.scheduling.annotation.EnableScheduling;

@SpringBootApplication
@ConfigurationPropertiesScan
@EnableScheduling
public class UsersApplication {

    private static final String REPUBLISH = "--republish";

    public static void main(String[] args) {
        if (Arrays.asList(args).contains(REPUBLISH)) {
            System.exit(republish(args));
        }
        SpringApplication.run(UsersApplication.class, args);
    }

    private static int republish(String... args) {
        // An application that was prepared ahead of time was prepared as a web server.
        SpringProperties.setProperty("spring.aot.enabled", "false");
        SpringApplication application = new SpringApplication(UsersApplication.class);
        application.setWebApplicationType(WebApplicationType.NONE);
        try (var context = application.run(args)) {
            return context.getBean(Republish.class).run() ? 0 : 1;
        }
    }

    @Bean
    Clock clock() {
        return Clock.systemUTC();
    }
}
