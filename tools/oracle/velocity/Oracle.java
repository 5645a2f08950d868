import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.StringWriter;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.velocity.VelocityContext;
import org.apache.velocity.app.VelocityEngine;
import org.apache.velocity.app.event.EventCartridge;
import org.apache.velocity.app.event.ReferenceInsertionEventHandler;
import org.apache.velocity.exception.ExtendedParseException;
import org.apache.velocity.runtime.RuntimeConstants;
import org.apache.velocity.tools.generic.EscapeTool;
import org.apache.velocity.tools.generic.MathTool;

/**
 * Renders templates with the original Velocity, one a line.
 *
 * A line of input holds three fields parted by spaces: the name of the
 * template, its text in base64, and its context as a value. A value is
 * s&lt;base64&gt; (string), n&lt;digits&gt; (number), t, f, z (null),
 * l(value,...) (list) or m(key:value,...) (map).
 *
 * A line of output is "ok &lt;base64&gt;" or "err &lt;line&gt; &lt;column&gt;
 * &lt;class&gt; &lt;base64 of the message&gt;".
 */
public final class Oracle {
    private final String text;
    private int at;

    private Oracle(String text) {
        this.text = text;
    }

    public static void main(String[] args) throws Exception {
        VelocityEngine engine = new VelocityEngine();
        engine.setProperty(RuntimeConstants.RUNTIME_LOG_LOGSYSTEM_CLASS,
            "org.apache.velocity.runtime.log.NullLogChute");
        engine.setProperty(RuntimeConstants.RUNTIME_REFERENCES_STRICT, "true");
        engine.setProperty(RuntimeConstants.VM_LIBRARY, "");
        engine.init();
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        PrintStream out = new PrintStream(System.out, false, "UTF-8");
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            String[] fields = line.split(" ");
            out.println(render(engine, fields[0], decode(fields[1]), new Oracle(fields[2]).value()));
            out.flush();
        }
    }

    private static String render(VelocityEngine engine, String name, String template, Object values) {
        VelocityContext context = new VelocityContext();
        context.put("esc", new EscapeTool());
        context.put("math", new MathTool());
        for (Map.Entry<?, ?> entry : ((Map<?, ?>) values).entrySet()) {
            context.put((String) entry.getKey(), entry.getValue());
        }
        EventCartridge events = new EventCartridge();
        events.addEventHandler(new OwnText());
        events.attachToContext(context);
        StringWriter written = new StringWriter();
        try {
            engine.evaluate(context, written, name, template);
            return "ok " + encode(written.toString());
        } catch (Throwable e) {
            int line = 0;
            int column = 0;
            if (e instanceof ExtendedParseException) {
                line = ((ExtendedParseException) e).getLineNumber();
                column = ((ExtendedParseException) e).getColumnNumber();
            }
            return "err " + line + " " + column + " " + e.getClass().getSimpleName()
                + " " + encode(String.valueOf(e.getMessage())
                    .replace(Items.class.getName(), ArrayList.class.getName())
                    .replace(Members.class.getName(), LinkedHashMap.class.getName()));
        }
    }

    /** Emits a reference that is null as its own text, as the product does. */
    private static final class OwnText implements ReferenceInsertionEventHandler {
        @Override
        public Object referenceInsert(String reference, Object value) {
            return value != null || reference.startsWith("$!") ? value : reference;
        }
    }

    /** A list that shows itself as JSON, as the product shows nested values. */
    private static final class Items extends ArrayList<Object> {
        private static final long serialVersionUID = 1L;

        @Override
        public String toString() {
            return json(this);
        }
    }

    /** A map that shows itself as JSON. */
    private static final class Members extends LinkedHashMap<String, Object> {
        private static final long serialVersionUID = 1L;

        @Override
        public String toString() {
            return json(this);
        }
    }

    private static String json(Object value) {
        StringBuilder json = new StringBuilder();
        if (value instanceof List) {
            for (Object item : (List<?>) value) {
                json.append(json.length() > 0 ? "," : "").append(json(item));
            }
            return "[" + json + "]";
        }
        if (value instanceof Map) {
            for (Map.Entry<?, ?> member : ((Map<?, ?>) value).entrySet()) {
                json.append(json.length() > 0 ? "," : "").append(json(String.valueOf(member.getKey())));
                json.append(":").append(json(member.getValue()));
            }
            return "{" + json + "}";
        }
        if (value instanceof String || value instanceof Character) {
            String text = value.toString().replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
            return "\"" + text + "\"";
        }
        return String.valueOf(value);
    }

    private static String decode(String base64) {
        return new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8);
    }

    private static String encode(String plain) {
        return Base64.getEncoder().encodeToString(plain.getBytes(StandardCharsets.UTF_8));
    }

    private Object value() {
        char kind = text.charAt(at++);
        switch (kind) {
            case 't': return Boolean.TRUE;
            case 'f': return Boolean.FALSE;
            case 'z': return null;
            case 's': return decode(word());
            case 'n': return number(word());
            case 'l': return list();
            case 'm': return map();
            default: throw new IllegalArgumentException("value " + kind + " in " + text);
        }
    }

    private List<Object> list() {
        List<Object> items = new Items();
        at++;
        while (text.charAt(at) != ')') {
            items.add(value());
            if (text.charAt(at) == ',') {
                at++;
            }
        }
        at++;
        return items;
    }

    private Map<String, Object> map() {
        Map<String, Object> members = new Members();
        at++;
        while (text.charAt(at) != ')') {
            String key = word();
            at++;
            members.put(key, value());
            if (text.charAt(at) == ',') {
                at++;
            }
        }
        at++;
        return members;
    }

    private String word() {
        int from = at;
        while (at < text.length() && ",:()".indexOf(text.charAt(at)) < 0) {
            at++;
        }
        return text.substring(from, at);
    }

    /** The type Jackson would read the number as. */
    private static Object number(String digits) {
        if (digits.indexOf('.') >= 0 || digits.indexOf('e') >= 0 || digits.indexOf('E') >= 0) {
            return Double.valueOf(digits);
        }
        BigInteger whole = new BigInteger(digits);
        if (whole.bitLength() < 32) {
            return whole.intValue();
        }
        if (whole.bitLength() < 64) {
            return whole.longValue();
        }
        return whole;
    }
}
