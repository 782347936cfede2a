package blog.users.support;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** A real nats-server with JetStream, from NATS_SERVER_BIN. */
public record NatsServer(Process process, int port, Path store) {

    public static NatsServer start(Path store) throws IOException {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return start(store, free.getLocalPort());
        }
    }

    public NatsServer restart() throws IOException {
        return start(store, port);
    }

    public String url() {
        return "nats://blog:s3cret@127.0.0.1:" + port;
    }

    public void stop() {
        process.destroy();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static NatsServer start(Path store, int port) throws IOException {
        Process process = new ProcessBuilder(System.getenv("NATS_SERVER_BIN"), "-a", "127.0.0.1", "-p", "" + port,
            "-js", "-sd", store.toString(), "--user", "blog", "--pass", "s3cret")
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
        return new NatsServer(process, port, store);
    }
}
