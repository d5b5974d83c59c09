package org.diffusionjmh.report.record;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.diffusionjmh.report.BenchmarkNames;
import org.diffusionjmh.report.RunFiles;
import org.diffusionjmh.report.result.Phase;
import org.diffusionjmh.report.result.ResultRow;
import org.diffusionjmh.report.result.Sample;
import org.diffusionjmh.report.result.SamplesCsv;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.results.BenchmarkResult;

/** A run that was stopped, or in which forks failed, read from its files to be gone on with. */
public final class PreviousRun {
    /** What must be as it was, as paths in the environment: other values mean another machine or other code. */
    private static final List<List<String>> FIXED = List.of(
            List.of("machine"),
            List.of("gpu", "name"),
            List.of("versions", "project"),
            List.of("versions", "jvm"),
            List.of("git", "commit"));

    private final RunFiles files;
    private final List<RecordedRow> rows;
    private final List<Sample> samples;
    private final JsonObject environment;

    private PreviousRun(RunFiles files, List<RecordedRow> rows, List<Sample> samples, JsonObject environment) {
        this.files = files;
        this.rows = rows;
        this.samples = samples;
        this.environment = environment;
    }

    /**
     * A benchmark's forks that are kept.
     *
     * @param forks their results
     * @param samples their samples; those of forks that did not come to their end are left out
     * @param objection why nothing is kept of what was measured; empty if it is kept, or nothing was measured
     */
    public record Kept(List<BenchmarkResult> forks, List<Sample> samples, Optional<String> objection) {}

    /**
     * Reads a run.
     *
     * @throws IOException if its files cannot be read, or are none of a run; the message says which and why
     */
    public static PreviousRun read(RunFiles files) throws IOException {
        JsonObject environment = parse(files.environment()).getAsJsonObject();
        List<RecordedRow> rows = new ArrayList<>();
        if (Files.exists(files.json())) { // there is none before the first fork has ended
            parse(files.json()).getAsJsonArray().forEach(row -> rows.add(new RecordedRow(row.getAsJsonObject())));
        }
        return new PreviousRun(files, rows, samples(files.samples()), environment);
    }

    /** None if a run was stopped before it wrote any. A last row that was cut off is left out. */
    private static List<Sample> samples(Path file) throws IOException {
        return Files.exists(file) ? SamplesCsv.read(file).samples() : List.of();
    }

    private static JsonElement parse(Path file) throws IOException {
        if (!Files.exists(file)) {
            throw new IOException(
                    file + ": no such file; a run can be resumed only with all files that it has written");
        }
        try {
            return JsonParser.parseString(Files.readString(file));
        } catch (JsonParseException | IllegalStateException e) {
            throw new IOException(file + ": cannot be read as JSON: " + e.getMessage(), e);
        }
    }

    /** Where and how the run was made. */
    public JsonObject environment() {
        return environment;
    }

    /**
     * Checks that this machine and this program are those of the run, and that the run has measured nothing beside the plan.
     *
     * @param now the environment as it is now
     * @param plan what is to be measured
     * @throws IllegalArgumentException if not; says what is different
     */
    public void check(EnvironmentFile now, Collection<BenchmarkParams> plan) {
        JsonObject present = now.json();
        for (List<String> path : FIXED) {
            String was = text(environment, path);
            String is = text(present, path);
            if (!Objects.equals(was, is)) {
                throw new IllegalArgumentException(
                        "cannot go on with " + files.name() + ": its " + String.join(" ", path) + " is " + was
                                + ", and here it is " + is + "; measure anew, without --resume");
            }
        }
        TreeSet<String> unplanned = new TreeSet<>();
        rows.stream()
                .filter(row -> plan.stream().noneMatch(benchmark -> isOf(row, benchmark)))
                .forEach(row ->
                        unplanned.add(row.benchmark() + " (" + row.parameters().replace(";", ", ") + ")"));
        if (!unplanned.isEmpty()) {
            throw new IllegalArgumentException("cannot go on with " + files.name() + ": it has " + unplanned.first()
                    + ", which this command does not measure; give all benchmarks and parameters of that run");
        }
    }

    private static String text(JsonObject json, List<String> path) {
        JsonElement value = json;
        for (String name : path) {
            value = value != null && value.isJsonObject()
                    ? value.getAsJsonObject().get(name)
                    : null;
        }
        return value == null || value.isJsonNull() ? "unknown" : value.getAsString();
    }

    private static boolean isOf(RecordedRow row, BenchmarkParams benchmark) {
        return row.benchmark().equals(benchmark.getBenchmark())
                && row.mode().equals(benchmark.getMode().shortLabel())
                && row.parameters().equals(BenchmarkNames.parameters(benchmark));
    }

    /** What is kept of a benchmark: its forks, if they were measured with the settings of now. */
    public Kept kept(BenchmarkParams benchmark) {
        Optional<RecordedRow> row =
                rows.stream().filter(candidate -> isOf(candidate, benchmark)).findFirst();
        RowSettings settings = RowSettings.of(benchmark);
        Optional<String> difference = row.flatMap(found -> settings.difference(settings.ofSameNames(found.json())));
        if (row.isEmpty() || difference.isPresent()) {
            return new Kept(List.of(), List.of(), difference);
        }
        List<BenchmarkResult> forks = row.get().forks(benchmark);
        List<Sample> ofBenchmark = samples.stream()
                .filter(sample -> sample.benchmark().equals(benchmark.getBenchmark())
                        && sample.parameters().equals(BenchmarkNames.parameters(benchmark)))
                .toList();
        Set<Integer> finished = ofBenchmark.stream()
                .filter(PreviousRun::isMeasuredScore)
                .collect(Collectors.groupingBy(Sample::fork, TreeMap::new, Collectors.counting()))
                .entrySet()
                .stream()
                .filter(fork -> fork.getValue() >= benchmark.getMeasurement().getCount())
                .map(Map.Entry::getKey)
                .limit(forks.size())
                .collect(Collectors.toSet());
        return new Kept(
                forks,
                ofBenchmark.stream()
                        .filter(sample -> finished.contains(sample.fork()))
                        .toList(),
                Optional.empty());
    }

    private static boolean isMeasuredScore(Sample sample) {
        return sample.phase() == Phase.MEASUREMENT && sample.metric().equals(ResultRow.SCORE);
    }

    /** What a benchmark was marked with. */
    public List<String> marksOf(BenchmarkParams benchmark) {
        JsonArray marked = environment.has("rows") ? environment.getAsJsonArray("rows") : new JsonArray();
        return StreamSupport.stream(marked.spliterator(), false)
                .map(JsonElement::getAsJsonObject)
                .filter(row -> row.get("benchmark").getAsString().equals(benchmark.getBenchmark())
                        && row.get("params").getAsString().equals(BenchmarkNames.parameters(benchmark)))
                .flatMap(row -> row.getAsJsonArray("marks").asList().stream())
                .map(JsonElement::getAsString)
                .toList();
    }
}
