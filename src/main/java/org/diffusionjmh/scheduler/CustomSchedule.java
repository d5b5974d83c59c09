package org.diffusionjmh.scheduler;

import java.util.List;
import java.util.Locale;

/**
 * Where the steps of a run lie, chosen by the caller instead of by the scheduler's spacing and a number of steps: diffusers' arguments
 * {@code timesteps} and {@code sigmas}. Only some schedulers take them.
 *
 * @param kind what the values are
 * @param values descending and not negative
 */
public record CustomSchedule(Kind kind, List<Double> values) {
    /** What the values of a schedule are. */
    public enum Kind {
        /** Timesteps of training, one a step. */
        TIMESTEPS,
        /** Noise levels, one a step; {@code EulerDiscreteScheduler} wants that of the end as well. */
        SIGMAS;

        /** diffusers' name of the argument. */
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * @throws IllegalArgumentException if there are no values, one is no number or negative, or they do not descend
     */
    public CustomSchedule {
        values = List.copyOf(values);
        if (values.isEmpty()) {
            throw new IllegalArgumentException(kind + " is empty, want at least one value");
        }
        double above = Double.POSITIVE_INFINITY;
        for (double value : values) {
            if (!(value >= 0 && value < above)) {
                throw new IllegalArgumentException(
                        kind + " are " + values + ", want descending numbers of which none is negative");
            }
            above = value;
        }
    }

    double[] toArray() {
        return values.stream().mapToDouble(Double::doubleValue).toArray();
    }
}
