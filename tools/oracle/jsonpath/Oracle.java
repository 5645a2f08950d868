import com.jayway.jsonpath.JsonPath;
import com.jayway.jsonpath.PathNotFoundException;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import net.minidev.json.JSONStyle;
import net.minidev.json.JSONValue;

/**
 * Answers JSONPath questions with the original library. Each line of standard
 * input is a path and a document, both in base64 with a tab between them. Each
 * line of standard output is one word: SYNTAX where the path does not compile,
 * NOTFOUND, FAILED with the name of what was thrown, or VALUE with the result's
 * JSON text in base64.
 */
public final class Oracle {
    public static void main(String[] args) throws Exception {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
        PrintStream out = new PrintStream(System.out, false, "US-ASCII");
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            String[] question = line.split("\t", -1);
            out.println(answer(text(question[0]), text(question[1])));
            out.flush();
        }
    }

    private static String answer(String path, String document) {
        JsonPath compiled;
        try {
            compiled = JsonPath.compile(path);
        } catch (Exception e) {
            return "SYNTAX";
        }
        try {
            Object result = JsonPath.parse(document).read(compiled);
            String json = JSONValue.toJSONString(result, JSONStyle.NO_COMPRESS);
            return "VALUE " + Base64.getEncoder().encodeToString(json.getBytes(StandardCharsets.UTF_8));
        } catch (PathNotFoundException e) {
            return "NOTFOUND";
        } catch (Exception e) {
            return "FAILED " + e.getClass().getSimpleName();
        }
    }

    private static String text(String base64) {
        return new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8);
    }
}
