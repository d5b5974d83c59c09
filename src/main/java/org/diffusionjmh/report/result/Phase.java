package org.diffusionjmh.report.result;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** The part of a fork that an iteration belongs to. */
public enum Phase {
    WARMUP,
    MEASUREMENT;

    /** The name in files. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Optional<Phase> of(String label) {
        return Arrays.stream(values())
                .filter(phase -> phase.label().equals(label))
                .findFirst();
    }
}
