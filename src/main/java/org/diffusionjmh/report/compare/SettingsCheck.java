package org.diffusionjmh.report.compare;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.diffusionjmh.report.result.Environment;
import org.diffusionjmh.report.result.Run;
import org.diffusionjmh.report.result.RunName;

/** What in the runs' environments makes a comparison doubtful. */
final class SettingsCheck {
    private static final List<String> COMPARED =
            List.of("machine", "os", "cpu", "cores", "memoryBytes", "gpu.name", "gpu.driver", "gpu.powerLimitWatts");
    private static final String VERSIONS = "versions.";
    // That the project's version differs is what is measured.
    private static final String PROJECT = "versions.project";

    private SettingsCheck() {}

    /** Warnings about two sides. */
    static List<String> compare(List<Run> oldRuns, List<Run> newRuns) {
        List<String> warnings = new ArrayList<>();
        boolean oldKnown = !environments(oldRuns).isEmpty();
        boolean newKnown = !environments(newRuns).isEmpty();
        if (oldKnown != newKnown) {
            warnings.add("only the " + (newKnown ? "new" : "old")
                    + " side has an environment file; whether machines and versions are the same is not known");
        } else if (!oldKnown) {
            Set<String> oldMachines = machines(oldRuns);
            Set<String> newMachines = machines(newRuns);
            if (!oldMachines.isEmpty() && !newMachines.isEmpty()) {
                warnOfDifference("machine", oldMachines, newMachines, warnings);
            }
        } else {
            Stream.concat(oldRuns.stream(), newRuns.stream())
                    .flatMap(run -> run.environment().stream())
                    .flatMap(environment -> environment.facts().keySet().stream())
                    .filter(SettingsCheck::isCompared)
                    .distinct()
                    .sorted()
                    .forEach(path -> warnOfDifference(path, values(oldRuns, path), values(newRuns, path), warnings));
        }
        Stream.concat(oldRuns.stream(), newRuns.stream()).forEach(run -> warnings.addAll(within(run)));
        return warnings;
    }

    private static void warnOfDifference(
            String what, Set<String> oldValues, Set<String> newValues, List<String> warnings) {
        if (!oldValues.equals(newValues)) {
            warnings.add(what + " differs: " + text(oldValues) + " (old), " + text(newValues) + " (new)");
        }
    }

    /** By the names of the files, where nothing else tells. */
    private static Set<String> machines(List<Run> runs) {
        return runs.stream()
                .flatMap(run -> RunName.of(run).stream())
                .map(RunName::machine)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** All marks of several runs, for a cell of a table. */
    static String marks(List<Run> runs) {
        return runs.stream()
                .flatMap(run -> run.environment().stream())
                .flatMap(environment -> environment.marks().stream())
                .distinct()
                .collect(Collectors.joining(", "));
    }

    /** Warnings about a run by itself: its marks and failures. */
    static List<String> within(Run run) {
        List<String> warnings = new ArrayList<>();
        run.environment().ifPresent(environment -> {
            if (!environment.marks().isEmpty()) {
                warnings.add(run.files().results() + " is marked: " + String.join(", ", environment.marks()));
            }
            environment.failures().forEach(failure -> warnings.add(run.files().results() + ": failed: " + failure));
        });
        return warnings;
    }

    private static boolean isCompared(String path) {
        return COMPARED.contains(path) || (path.startsWith(VERSIONS) && !path.equals(PROJECT));
    }

    private static List<Environment> environments(List<Run> runs) {
        return runs.stream().flatMap(run -> run.environment().stream()).toList();
    }

    private static Set<String> values(List<Run> runs, String path) {
        return environments(runs).stream()
                .flatMap(environment -> environment.fact(path).stream())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static String text(Set<String> values) {
        return values.isEmpty() ? "not known" : String.join(" and ", values);
    }
}
