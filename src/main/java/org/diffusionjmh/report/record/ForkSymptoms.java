package org.diffusionjmh.report.record;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What was seen of a fork that gave no result, and what it means.
 *
 * @param killed why it was killed from outside; empty if it was not
 * @param exceptions the stack traces of what the benchmark threw, as JMH prints them
 * @param exitCode its exit code, if that was not 0
 * @param lastLines the end of its output
 */
public record ForkSymptoms(
        Optional<String> killed, List<String> exceptions, OptionalInt exitCode, List<String> lastLines) {
    /** As CUDA's runtime and driver, cuBLAS and cuDNN, NVRTC, libtorch, and Java say it. */
    private static final Pattern OUT_OF_MEMORY = Pattern.compile(
            "out[ _]of[ _]memory|OutOfMemory|(can't|cannot|failed to) allocate memory|(not enough|insufficient) memory"
                    + "|bad_alloc|ALLOC(ATION)?_FAILED|cudaErrorMemoryAllocation",
            Pattern.CASE_INSENSITIVE);

    private static final Pattern INTERRUPTED = Pattern.compile("\\(benchmark timed out, interrupted \\d+ times\\)");

    private static final String CAUSE = "Caused by: ";
    private static final int SIGNALLED = 128;
    private static final int SIGABRT = 6;
    private static final int SIGKILL = 9;
    private static final int SIGSEGV = 11;
    private static final int SIGTERM = 15;
    private static final int REASON_LENGTH = 300;

    public ForkSymptoms {
        exceptions = List.copyOf(exceptions);
        lastLines = List.copyOf(lastLines);
    }

    /** What kind of failure it is. */
    public FailureKind kind() {
        if (killed.isPresent()) {
            return FailureKind.TIMED_OUT;
        }
        if (outOfMemory().isPresent()) {
            return FailureKind.OOM;
        }
        if (lines().anyMatch(line -> INTERRUPTED.matcher(line).find())) {
            return FailureKind.TIMED_OUT;
        }
        return exceptions.isEmpty() ? FailureKind.CRASHED : FailureKind.ERROR;
    }

    /** The reason in one line. */
    public String reason() {
        String reason = killed.or(this::outOfMemory)
                .or(this::rootException)
                .orElseGet(
                        () -> exit() + fatalError().map(error -> ": " + error).orElse(""));
        return reason.length() <= REASON_LENGTH ? reason : reason.substring(0, REASON_LENGTH) + "...";
    }

    private Stream<String> lines() {
        return Stream.concat(exceptions.stream().flatMap(String::lines), lastLines.stream());
    }

    private Optional<String> outOfMemory() {
        return lines().filter(line -> OUT_OF_MEMORY.matcher(line).find())
                .map(ForkSymptoms::withoutCauseAndPackage)
                .findFirst();
    }

    /** The innermost exception's first line. */
    private Optional<String> rootException() {
        return exceptions.stream()
                .flatMap(trace -> innermost(trace).or(() -> trace.lines().findFirst()).stream())
                .map(ForkSymptoms::withoutCauseAndPackage)
                .findFirst();
    }

    private static Optional<String> innermost(String trace) {
        return trace.lines().filter(line -> line.startsWith(CAUSE)).reduce((first, second) -> second);
    }

    /** {@code Caused by: a.b.EngineException: CUDA out of memory} says {@code EngineException: CUDA out of memory}. */
    private static String withoutCauseAndPackage(String line) {
        String text = line.strip();
        text = text.startsWith(CAUSE) ? text.substring(CAUSE.length()) : text;
        return text.replaceFirst("^(?:[a-z_][\\w$]*\\.)+(?=[A-Z])", "");
    }

    private String exit() {
        if (exitCode.isEmpty()) {
            return "the process ended without a result";
        }
        int code = exitCode.getAsInt();
        String meaning =
                switch (code - SIGNALLED) {
                    case SIGABRT -> " (aborted)";
                    case SIGKILL -> " (killed; by the system if the host's memory ran out)";
                    case SIGSEGV -> " (segmentation fault)";
                    case SIGTERM -> " (terminated)";
                    default -> "";
                };
        return "the process ended with exit code " + code + meaning;
    }

    /** What the JVM or libtorch said last before it went down. */
    private Optional<String> fatalError() {
        Optional<String> frame = lastLines.stream()
                .dropWhile(line -> !line.toLowerCase(Locale.ROOT).contains("problematic frame"))
                .skip(1)
                .findFirst()
                .map(line -> "in " + line.replaceFirst("^#\\s*", "").strip());
        return frame.or(() -> lastLines.stream()
                .map(String::strip)
                .filter(line -> line.startsWith("what():") || line.startsWith("Exception in thread"))
                .findFirst());
    }
}
