package sample;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;

/** Answers every request with how it was started. */
public class Sample {

    public static void main(String[] arguments) throws IOException {
        var address = new InetSocketAddress(System.getenv("HOST"), Integer.parseInt(System.getenv("PORT")));
        var server = HttpServer.create(address, 0);
        server.createContext("/", exchange -> {
            var program = ProcessHandle.current().info().command().orElse("");
            var answer = """
                {"program": "%s", "cwd": "%s", "extra": "%s"}""".formatted(
                    program, System.getProperty("user.dir"), System.getenv("ADMIN_PORT")).getBytes();
            exchange.sendResponseHeaders(200, answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
        });
        server.start();
    }
}
