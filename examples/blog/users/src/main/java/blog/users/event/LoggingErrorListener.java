package blog.users.event;

import io.nats.client.Connection;
import io.nats.client.ErrorListener;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

class LoggingErrorListener implements ErrorListener {

    private static final Logger log = LoggerFactory.getLogger(LoggingErrorListener.class);

    @Override
    public void errorOccurred(Connection connection, String error) {
        log.warn("NATS: {}", error);
    }

    @Override
    public void exceptionOccurred(Connection connection, Exception exception) {
        log.debug("NATS connection", exception);
    }
}
