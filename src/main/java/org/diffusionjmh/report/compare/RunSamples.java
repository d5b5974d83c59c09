package org.diffusionjmh.report.compare;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import org.diffusionjmh.report.result.Phase;
import org.diffusionjmh.report.result.ResultRow;
import org.diffusionjmh.report.result.Sample;
import org.diffusionjmh.report.result.Unit;

/** A run's samples, found by row. */
final class RunSamples {
    private record Key(String benchmark, String parameters, String metric) {}

    private final Map<Key, List<Sample>> measured = new HashMap<>();
    private final Map<Key, List<Sample>> warmups = new HashMap<>();

    RunSamples(List<Sample> samples) {
        for (Sample sample : samples) {
            Map<Key, List<Sample>> phase = sample.phase() == Phase.MEASUREMENT ? measured : warmups;
            phase.computeIfAbsent(
                            new Key(sample.benchmark(), sample.parameters(), sample.metric()), key -> new ArrayList<>())
                    .add(sample);
        }
    }

    /** The row's measured samples in its unit; empty if there are none that are numbers in such a unit. */
    Optional<ForkSamples> of(ResultRow row) {
        return measured.isEmpty() ? Optional.empty() : forks(row, measured.getOrDefault(key(row), List.of()));
    }

    /** The first warm-up iteration of each fork, in the row's unit. */
    Optional<ForkSamples> firstCalls(ResultRow row) {
        return forks(
                row,
                warmups.getOrDefault(key(row), List.of()).stream()
                        .filter(sample -> sample.iteration() == 1)
                        .toList());
    }

    private static Optional<ForkSamples> forks(ResultRow row, List<Sample> samples) {
        Unit unit = Unit.of(row.unit());
        Map<Integer, List<Double>> forks = new TreeMap<>();
        for (Sample sample : samples) {
            OptionalDouble factor = Unit.of(sample.unit()).factorTo(unit);
            if (factor.isPresent() && !Double.isNaN(sample.value())) {
                forks.computeIfAbsent(sample.fork(), fork -> new ArrayList<>())
                        .add(sample.value() * factor.getAsDouble());
            }
        }
        return forks.isEmpty() ? Optional.empty() : Optional.of(ForkSamples.of(forks.values()));
    }

    private static Key key(ResultRow row) {
        return new Key(row.benchmark(), row.parameters().toString(), row.metric());
    }
}
