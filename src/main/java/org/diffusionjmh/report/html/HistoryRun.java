package org.diffusionjmh.report.html;

import java.io.IOException;
import java.nio.file.Files;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.diffusionjmh.report.result.Environment;
import org.diffusionjmh.report.result.Run;

/**
 * A run at its place in time.
 *
 * @param run its results
 * @param start when it began: by its environment, else by its name, else by its file's time
 * @param commit what was measured; empty if not known
 * @param machine where; by its environment, else by its name
 */
record HistoryRun(ReportRun run, Instant start, String commit, String machine) {
    /** Names as {@code 20261124-225339-xeon-16cpu-nvidia-h200}. */
    private static final Pattern NAME = Pattern.compile("(\\d{8}-\\d{6})-?(.*)");

    private static final DateTimeFormatter STAMP = DateTimeFormatter.ofPattern("uuuuMMdd-HHmmss");

    static HistoryRun of(Run run) {
        Optional<Environment> environment = run.environment();
        Matcher name = NAME.matcher(run.name());
        boolean named = name.matches();
        Instant start = environment
                .flatMap(facts -> facts.fact(Environment.START))
                .flatMap(HistoryRun::instant)
                .or(() -> named ? stamp(name.group(1)) : Optional.empty())
                .orElseGet(() -> fileTime(run));
        String machine = environment
                .map(HistoryRun::machine)
                .filter(text -> !text.isEmpty())
                .orElse(named ? name.group(2) : "");
        String commit = environment.map(Environment::version).orElse("");
        return new HistoryRun(ReportRun.of("", run), start, commit, machine);
    }

    private static String machine(Environment environment) {
        String machine = environment.fact("machine").orElse("");
        return environment
                .fact("gpu.name")
                .filter(gpu -> !plain(machine).contains(plain(gpu)))
                .map(gpu -> (machine + " " + gpu).strip())
                .orElse(machine);
    }

    /** Letters and digits alone: a machine's name may have its GPU's in it, in another spelling. */
    private static String plain(String name) {
        return name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "");
    }

    private static Optional<Instant> instant(String text) {
        try {
            return Optional.of(Instant.parse(text));
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }

    private static Optional<Instant> stamp(String text) {
        try {
            return Optional.of(LocalDateTime.parse(text, STAMP).toInstant(ZoneOffset.UTC));
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }

    private static Instant fileTime(Run run) {
        try {
            return Files.getLastModifiedTime(run.files().results()).toInstant();
        } catch (IOException e) {
            return Instant.EPOCH;
        }
    }
}
