package org.diffusionjmh.report.record;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.diffusionjmh.nvml.Nvml;
import org.diffusionjmh.report.BenchmarkNames;
import org.diffusionjmh.report.Notes;
import org.diffusionjmh.report.WholeFile;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.util.Version;

/**
 * Where and how a run was made, as a file: written when the run begins, and again whenever something is to be added, so that a run that
 * is stopped has said all it knew. Safe for use by several threads: a run that is stopped is finished by another one.
 */
public final class EnvironmentFile {
    static final String BUSY = "busy";

    /** Share of all CPUs that others may use before the machine counts as busy. */
    private static final double BUSY_CPUS = 0.1;

    private static final Gson GSON = new GsonBuilder()
            .setPrettyPrinting()
            .disableHtmlEscaping()
            .serializeNulls()
            .create();

    private final Path file;
    private final RunSetup setup;
    private final Optional<GpuWatch> gpu;
    private final Optional<GitState> git;
    private final HostFacts host = HostFacts.read();
    private final Instant start = now();
    private final Map<String, String> versions = new TreeMap<>();
    private final Set<String> marks = new TreeSet<>();
    private final Map<BenchmarkParams, Set<String>> rowMarks = new LinkedHashMap<>();
    private final List<ForkFailure> failures = new ArrayList<>();
    private final Optional<JsonObject> earlier;

    private Optional<Instant> end = Optional.empty();

    /**
     * Looks around before the run.
     *
     * @param earlier the environment of the run that this one goes on with
     */
    public EnvironmentFile(Path file, RunSetup setup, Optional<JsonObject> earlier) {
        this.file = file;
        this.setup = setup;
        this.earlier = earlier;
        this.git = GitState.of(setup.program());
        this.gpu = setup.gpuNumber().isEmpty()
                ? Optional.empty()
                : Nvml.load().flatMap(nvml -> nvml.visible(setup.gpuNumber().getAsInt(), System.getenv())
                        .map(device -> new GpuWatch(device, nvml.driverVersion())));
        versions.put("project", setup.projectVersion());
        versions.put("jvm", System.getProperty("java.vm.name") + " " + System.getProperty("java.vm.version"));
        versions.put("jmh", Version.getPlainVersion());
        lookForOthers();
        earlier.ifPresent(before -> before.getAsJsonArray("marks").forEach(mark -> marks.add(mark.getAsString())));
    }

    private static Instant now() {
        return Instant.now().truncatedTo(ChronoUnit.SECONDS);
    }

    private void lookForOthers() {
        if (CpuLoad.ofOthers().orElse(0) > BUSY_CPUS) {
            marks.add(BUSY);
        }
        gpu.ifPresent(watch -> marks.addAll(watch.marks()));
    }

    /** Takes what a fork has noted. */
    public synchronized void add(BenchmarkParams benchmark, Notes notes) {
        notes.versions().forEach((library, version) -> {
            String known = versions.putIfAbsent(library, version);
            if (known != null && !known.equals(version)) {
                marks.add("mixed versions of " + library + ": " + known + ", " + version);
            }
        });
        addMarks(benchmark, notes.marks());
    }

    /** Takes marks of one benchmark. */
    public synchronized void addMarks(BenchmarkParams benchmark, Set<String> more) {
        marks.addAll(more);
        rowMarks.computeIfAbsent(benchmark, key -> new TreeSet<>()).addAll(more);
    }

    /** Takes a fork that gave no result. */
    public synchronized void add(ForkFailure failure) {
        failures.add(failure);
    }

    /** Ends the run before its time: who uses the machine now may still be a fork that was told to end, so nobody looks. */
    public synchronized void stopEarly() {
        if (end.isEmpty()) {
            end = Optional.of(now());
            marks.add("stopped early");
        }
    }

    public synchronized List<ForkFailure> failures() {
        return List.copyOf(failures);
    }

    /** All marks, of the run and of its benchmarks. */
    public synchronized Set<String> marks() {
        return new TreeSet<>(marks);
    }

    /** The marks of one benchmark. */
    public synchronized Set<String> marks(BenchmarkParams benchmark) {
        return Set.copyOf(rowMarks.getOrDefault(benchmark, Set.of()));
    }

    /** Looks around after the run, and writes. */
    public synchronized void finish() throws IOException {
        if (end.isEmpty()) {
            end = Optional.of(now());
            gpu.ifPresent(GpuWatch::lookAgain);
            lookForOthers();
        }
        write();
    }

    /**
     * Writes what is known so far.
     *
     * @throws IOException if the file cannot be written
     */
    public synchronized void write() throws IOException {
        WholeFile.write(file, (GSON.toJson(json()) + "\n").getBytes(StandardCharsets.UTF_8));
    }

    synchronized JsonObject json() {
        JsonObject json = new JsonObject();
        json.addProperty("machine", setup.machine());
        host.addTo(json);
        json.add("gpu", gpu.<JsonElement>map(GpuWatch::json).orElse(JsonNull.INSTANCE));
        json.add("versions", GSON.toJsonTree(versions));
        JsonObject commit = new JsonObject();
        commit.addProperty("commit", git.map(GitState::commit).orElse(null));
        commit.addProperty("dirty", git.map(GitState::dirty).orElse(null));
        json.add("git", commit);
        json.addProperty("command", setup.command());
        json.addProperty("start", start.toString());
        json.addProperty("end", end.map(Instant::toString).orElse(null));
        json.add("marks", GSON.toJsonTree(marks));
        JsonArray failed = new JsonArray();
        failures.forEach(failure -> failed.add(json(failure)));
        json.add("failures", failed);
        JsonArray rows = new JsonArray();
        rowMarks.forEach((benchmark, notes) -> {
            JsonObject row = json(benchmark);
            row.add("marks", GSON.toJsonTree(notes));
            rows.add(row);
        });
        json.add("rows", rows);
        earlier.ifPresent(before -> json.add("earlier", before));
        return json;
    }

    private static JsonObject json(BenchmarkParams benchmark) {
        JsonObject json = new JsonObject();
        json.addProperty("benchmark", benchmark.getBenchmark());
        json.addProperty("params", BenchmarkNames.parameters(benchmark));
        return json;
    }

    private static JsonObject json(ForkFailure failure) {
        JsonObject json = json(failure.benchmark());
        json.addProperty("fork", failure.fork());
        json.addProperty("kind", failure.kind().label());
        json.addProperty("reason", failure.reason());
        return json;
    }
}
