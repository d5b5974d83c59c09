package org.diffusionjmh.scheduler;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

/**
 * Moves the noise levels of a rectified flow towards noise, the more the larger the picture (Esser et al. 2024, "Scaling Rectified Flow
 * Transformers", section 5.3.2).
 *
 * @param shift the shift, unless a run brings its own
 * @param dynamic whether a run must bring its own, as {@code mu}
 * @param timeShift what mu means
 * @param terminal the noise level to which the last is stretched
 */
record FlowShift(double shift, boolean dynamic, TimeShift timeShift, OptionalDouble terminal) {
    /** {@code time_shift_type}. */
    enum TimeShift {
        /** mu is the logarithm of the shift. */
        EXPONENTIAL,
        /** mu is the shift. */
        LINEAR;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** The shift of a class that stretches to a {@code shift_terminal}. */
    static FlowShift withTerminal(SchedulerConfig config, String shiftKey) {
        OptionalDouble terminal = config.optionalNumber("shift_terminal");
        return new FlowShift(
                config.number(shiftKey, 1),
                config.flag("use_dynamic_shifting", false),
                config.choice("time_shift_type", TimeShift.EXPONENTIAL, List.of(TimeShift.values())),
                // diffusers takes 0 for none
                terminal.isPresent() && terminal.getAsDouble() == 0 ? OptionalDouble.empty() : terminal);
    }

    /** The shift of a class without that. */
    static FlowShift withoutTerminal(SchedulerConfig config) {
        return new FlowShift(
                config.number("flow_shift", 1),
                config.flag("use_dynamic_shifting", false),
                config.choice("time_shift_type", TimeShift.EXPONENTIAL, List.of(TimeShift.EXPONENTIAL)),
                OptionalDouble.empty());
    }

    /**
     * The noise levels of a run.
     *
     * @throws IllegalArgumentException if mu is missing, or given in vain
     */
    double[] apply(double[] sigmas, SamplingOptions options) {
        double factor = factor(options);
        double[] shifted =
                Arrays.stream(sigmas).map(sigma -> shifted(sigma, factor)).toArray();
        if (terminal.isEmpty()) {
            return shifted;
        }
        double scale = (1 - shifted[shifted.length - 1]) / (1 - terminal.getAsDouble());
        return Arrays.stream(shifted).map(sigma -> 1 - (1 - sigma) / scale).toArray();
    }

    private static double shifted(double sigma, double factor) {
        return factor * sigma / (1 + (factor - 1) * sigma);
    }

    /** One noise level after the configuration's shift; unmoved if the shift is left to the run. */
    double fixed(double sigma) {
        return dynamic ? sigma : shifted(sigma, shift);
    }

    /** Refuses a shift where noise levels are not those of a flow. */
    void refuseMu(SamplingOptions options) {
        options.get(StepOption.MU).ifPresent(mu -> {
            throw new IllegalArgumentException("option 'mu' is " + mu + " but the noise levels are not a flow's");
        });
    }

    private double factor(SamplingOptions options) {
        OptionalDouble mu = options.get(StepOption.MU);
        if (mu.isPresent() != dynamic) {
            throw new IllegalArgumentException("option 'mu' is " + (mu.isPresent() ? mu.getAsDouble() : "not given")
                    + " and use_dynamic_shifting is " + dynamic + ", want both or neither");
        }
        if (!dynamic) {
            return shift;
        }
        return timeShift == TimeShift.EXPONENTIAL ? Math.exp(mu.getAsDouble()) : mu.getAsDouble();
    }
}
