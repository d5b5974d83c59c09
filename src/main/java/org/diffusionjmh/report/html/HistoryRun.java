package org.diffusionjmh.report.html;

import java.io.IOException;
import java.nio.file.Files;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import org.diffusionjmh.report.result.Environment;
import org.diffusionjmh.report.result.Run;
import org.diffusionjmh.report.result.RunName;

/**
 * A run at its place in time.
 *
 * @param run its results
 * @param start when it began: by its environment, else by its name, else by its file's time
 * @param commit what was measured; empty if not known
 * @param machine where; by its environment, else by its name
 */
record HistoryRun(ReportRun run, Instant start, String commit, String machine) {
    static HistoryRun of(Run run) {
        Optional<Environment> environment = run.environment();
        Optional<RunName> name = RunName.of(run);
        Instant start = environment
                .flatMap(facts -> facts.fact(Environment.START))
                .flatMap(HistoryRun::instant)
                .or(() -> name.map(RunName::start))
                .orElseGet(() -> fileTime(run));
        String machine = environment
                .map(HistoryRun::machine)
                .filter(text -> !text.isEmpty())
                .or(() -> name.map(RunName::machine))
                .orElse("");
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

    private static Instant fileTime(Run run) {
        try {
            return Files.getLastModifiedTime(run.files().results()).toInstant();
        } catch (IOException e) {
            return Instant.EPOCH;
        }
    }
}
