package sample;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;

/** Answers with what its JVM and it itself were given. */
public class Sample {

    public static void main(String[] arguments) throws IOException {
        var address = new InetSocketAddress(System.getenv("HOST"), Integer.parseInt(System.getenv("PORT")));
        var server = HttpServer.create(address, 0);
        server.createContext("/", exchange -> {
            var memory = Runtime.getRuntime().maxMemory() >> 20;
            var answer = "%s, %s: %s".formatted(
                System.getProperty("greeting"), String.join(" ", arguments), memory > 128 ? "much" : "little").getBytes();
            exchange.sendResponseHeaders(200, answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
        });
        server.start();
    }
}
