package org.diffusionjmh.scheduler;

import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/** Where the timesteps of a run lie among those of training (Lin et al. 2024, "Common Diffusion Noise Schedules", table 2). */
enum TimestepSpacing {
    /** Evenly from the first to the last, both included. */
    LINSPACE,
    /** Each the first of its part; {@code steps_offset} is added. */
    LEADING,
    /** Each the last of its part. */
    TRAILING;

    static TimestepSpacing of(SchedulerConfig config, TimestepSpacing absent) {
        return config.choice("timestep_spacing", absent, List.of(values()));
    }

    /** {@code steps} timesteps below {@code trained}, descending; those of {@link #LINSPACE} have fractions. */
    double[] timesteps(int steps, int trained, int offset) {
        return switch (this) {
            case LINSPACE -> reversed(linspace(0, trained - 1, steps));
            case LEADING -> {
                int ratio = trained / steps;
                yield IntStream.range(0, steps)
                        .mapToDouble(i -> (steps - 1 - i) * ratio + offset)
                        .toArray();
            }
            case TRAILING -> trailing(trained, (double) trained / steps);
        };
    }

    /**
     * The {@code steps} timesteps of solvers that also count the end of the run as a point, descending integers.
     *
     * @param last the timesteps lie below this one; smaller than {@code trained} where the noisiest are left out
     */
    double[] solverTimesteps(int steps, int trained, int last, int offset) {
        return switch (this) {
            case LINSPACE -> {
                double[] points = linspace(0, last - 1, steps + 1);
                yield IntStream.range(0, steps)
                        .mapToDouble(i -> Math.rint(points[steps - i]))
                        .toArray();
            }
            case LEADING -> {
                int ratio = last / (steps + 1);
                yield IntStream.range(0, steps)
                        .mapToDouble(i -> (steps - i) * ratio + offset)
                        .toArray();
            }
            case TRAILING -> trailing(last, (double) trained / steps);
        };
    }

    private static double[] trailing(int last, double ratio) {
        // Less a rounding error: diffusers gets an extra timestep -1 for some step counts, 61 of 1000 among them.
        int count = (int) Math.ceil(last / ratio - 1e-9);
        return IntStream.range(0, count)
                .mapToDouble(i -> Math.rint(last - i * ratio) - 1)
                .toArray();
    }

    /** {@code count} numbers from {@code first} to {@code last}, both included. */
    static double[] linspace(double first, double last, int count) {
        double step = count > 1 ? (last - first) / (count - 1) : 0;
        return IntStream.range(0, count)
                .mapToDouble(i -> i > 0 && i == count - 1 ? last : first + i * step)
                .toArray();
    }

    static double[] reversed(double[] values) {
        return IntStream.range(0, values.length)
                .mapToDouble(i -> values[values.length - 1 - i])
                .toArray();
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
