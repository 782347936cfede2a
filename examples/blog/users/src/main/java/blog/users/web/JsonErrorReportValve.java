package blog.users.web;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ErrorReportValve;

/** Answers in JSON what Tomcat refuses before Spring sees it, such as a malformed address. Made by Tomcat, by name. */
public class JsonErrorReportValve extends ErrorReportValve {

    private static final byte[] BODY = "{\"errors\":{\"request\":[\"is malformed\"]}}".getBytes(StandardCharsets.UTF_8);

    @Override
    protected void report(Request request, Response response, Throwable throwable) {
        if (response.getStatus() < 400 || response.getContentWritten() > 0 || !response.setErrorReported()) {
            return;
        }
        try {
            response.setContentType("application/json;charset=UTF-8");
            response.getOutputStream().write(BODY);
            response.finishResponse();
        } catch (IOException | IllegalStateException e) {
            container.getLogger().debug("The client did not take the error", e);
        }
    }
}
