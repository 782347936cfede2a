import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.eclipse.jdt.internal.compiler.batch.Main;

/**
 * A compiler that stays. Two lines of input name a file of arguments and one for its words; a line of output says how
 * it went.
 */
public class Compiler {
    public static void main(String[] none) throws Exception {
        var input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        var told = System.out;
        String arguments;
        while ((arguments = input.readLine()) != null) {
            told.println(once(Path.of(arguments), Path.of(input.readLine())));
            told.flush();
        }
    }

    private static String once(Path arguments, Path words) throws Exception {
        try (var out = new PrintWriter(Files.newBufferedWriter(words))) {
            var given = Files.readAllLines(arguments).toArray(String[]::new);
            return new Main(out, out, false, null, null).compile(given) ? "compiled" : "refused";
        } catch (Throwable problem) {
            return "broken " + problem.toString().lines().findFirst().orElse("");
        }
    }
}
