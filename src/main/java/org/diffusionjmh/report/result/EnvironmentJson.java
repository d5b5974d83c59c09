package org.diffusionjmh.report.result;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The file {@code NAME.environment.json}. Only its being an object is required: whatever is there is kept, whatever is missing is not
 * known.
 */
final class EnvironmentJson {
    private static final Pattern PLACE = Pattern.compile("line (\\d+) column (\\d+)");
    private static final String MARKS = "marks";
    private static final String FAILURES = "failures";
    private static final String ROWS = "rows";

    /** What the run goes on with has an environment of its own in the file. */
    private static final String EARLIER = "earlier";

    private static final Set<String> NO_FACTS = Set.of(MARKS, FAILURES, ROWS, EARLIER);

    private EnvironmentJson() {}

    /**
     * Reads a file.
     *
     * @throws MalformedResultException if it holds no JSON object
     * @throws IOException if it cannot be read
     */
    static Environment read(Path file) throws IOException {
        JsonElement root = parse(file);
        if (!root.isJsonObject()) {
            throw new MalformedResultException(file, 1, 1, "want a JSON object");
        }
        JsonObject object = root.getAsJsonObject();
        Map<String, String> facts = new TreeMap<>();
        object.entrySet().stream()
                .filter(entry -> !NO_FACTS.contains(entry.getKey()))
                .forEach(entry -> addFacts(entry.getKey(), entry.getValue(), facts));
        List<String> marks =
                elements(object, MARKS).stream().map(EnvironmentJson::text).toList();
        List<Failure> failures = elements(object, FAILURES).stream()
                .filter(JsonElement::isJsonObject)
                .map(failure -> failure(failure.getAsJsonObject()))
                .toList();
        List<Environment.RowMarks> rows = elements(object, ROWS).stream()
                .filter(JsonElement::isJsonObject)
                .map(row -> rowMarks(row.getAsJsonObject()))
                .toList();
        return new Environment(new TreeMap<>(facts), marks, rows, failures);
    }

    private static Environment.RowMarks rowMarks(JsonObject row) {
        return new Environment.RowMarks(
                member(row, "benchmark"),
                member(row, "params"),
                elements(row, MARKS).stream().map(EnvironmentJson::text).toList());
    }

    private static JsonElement parse(Path file) throws IOException {
        try {
            return JsonParser.parseString(Files.readString(file));
        } catch (JsonParseException e) {
            String message = String.valueOf(e.getMessage());
            Matcher place = PLACE.matcher(message);
            boolean known = place.find();
            MalformedResultException malformed = new MalformedResultException(
                    file,
                    known ? Long.parseLong(place.group(1)) : 1,
                    known ? Long.parseLong(place.group(2)) : 1,
                    "broken JSON; was the file cut off?");
            malformed.initCause(e);
            throw malformed;
        }
    }

    private static void addFacts(String path, JsonElement value, Map<String, String> facts) {
        if (value.isJsonObject()) {
            value.getAsJsonObject()
                    .entrySet()
                    .forEach(entry -> addFacts(path + "." + entry.getKey(), entry.getValue(), facts));
        } else if (!value.isJsonNull()) {
            facts.put(path, text(value));
        }
    }

    private static Failure failure(JsonObject failure) {
        return new Failure(
                member(failure, "benchmark"),
                member(failure, "params"),
                member(failure, "fork"),
                member(failure, "kind"),
                member(failure, "reason"));
    }

    private static String member(JsonObject object, String name) {
        return object.has(name) && !object.get(name).isJsonNull() ? text(object.get(name)) : "";
    }

    private static List<JsonElement> elements(JsonObject object, String name) {
        List<JsonElement> elements = new ArrayList<>();
        if (object.get(name) instanceof JsonArray array) {
            array.forEach(elements::add);
        }
        return elements;
    }

    /** A value as people read it: a string without quotes, a list with commas. */
    private static String text(JsonElement value) {
        if (value.isJsonPrimitive()) {
            return value.getAsString();
        }
        if (value instanceof JsonArray array) {
            List<String> texts = new ArrayList<>();
            array.forEach(element -> texts.add(text(element)));
            return texts.isEmpty() ? "none" : String.join(", ", texts);
        }
        return value.toString();
    }
}
