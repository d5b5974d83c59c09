package org.diffusionjmh.scheduler;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * The noise levels of the solvers in the manner of DPM-Solver (Lu et al. 2022): samples of unit variance or on a rectified flow, steps
 * measured in half log signal-to-noise ratio.
 *
 * @param noise noise levels of training
 * @param spacing where the timesteps lie
 * @param stepsOffset added to timesteps of {@link TimestepSpacing#LEADING}
 * @param sigmaSpacing where the noise levels lie
 * @param alongFlow whether samples lie on a rectified flow
 * @param flow the shift of a flow's noise levels
 */
record SolverSchedule(
        NoiseSchedule noise,
        TimestepSpacing spacing,
        int stepsOffset,
        SigmaSpacing sigmaSpacing,
        boolean alongFlow,
        FlowShift flow) {

    static SolverSchedule of(SchedulerConfig config, NoiseSchedule noise, SigmaSpacing sigmaSpacing, FlowShift flow) {
        boolean alongFlow = config.flag("use_flow_sigmas", false);
        if (alongFlow && sigmaSpacing != SigmaSpacing.OF_TIMESTEPS) {
            throw config.refuse("use_flow_sigmas", "false with other noise levels chosen");
        }
        return new SolverSchedule(
                noise,
                TimestepSpacing.of(config, TimestepSpacing.LINSPACE),
                config.integer("steps_offset", 0),
                sigmaSpacing,
                alongFlow,
                flow);
    }

    /** The noise level at an entry of the table of sigmas. */
    NoiseLevel level(double sigma) {
        return alongFlow ? NoiseLevel.flow(sigma) : NoiseLevel.variancePreserving(sigma);
    }

    /** How many of the noisiest timesteps of training lie below a half log signal-to-noise ratio. */
    int timestepsBelow(double lambda) {
        int count = 0;
        while (count < noise.size() && lambda(noise.size() - 1 - count) < lambda) {
            count++;
        }
        return count;
    }

    private double lambda(int timestep) {
        return NoiseLevel.ofAlphaCumprod(noise.alphaCumprod(timestep)).lambda();
    }

    /**
     * Timesteps and the noise levels that go with them, before the run's end is appended.
     *
     * @param last the timesteps lie below this one
     */
    SolverPoints points(SamplingOptions options, int last) {
        int steps = options.numInferenceSteps();
        if (alongFlow) {
            options.refuseTimesteps("use_flow_sigmas");
            double[] signal = TimestepSpacing.linspace(1, 1.0 / noise.size(), steps + 1);
            double[] even = IntStream.range(0, steps)
                    .mapToDouble(i -> 1 - signal[steps - i])
                    .toArray();
            return alongFlow(flow.apply(even, options));
        }
        flow.refuseMu(options);
        if (sigmaSpacing == SigmaSpacing.OF_TIMESTEPS) {
            double[] timesteps = options.custom(CustomSchedule.Kind.TIMESTEPS)
                    .map(custom -> Arrays.stream(custom).map(Math::floor).toArray())
                    .orElseGet(() -> spacing.solverTimesteps(steps, noise.size(), last, stepsOffset));
            return new SolverPoints(
                    timesteps,
                    Arrays.stream(timesteps).map(noise::interpolatedSigma).toArray());
        }
        options.refuseTimesteps(sigmaSpacing.key());
        return at(sigmaSpacing.between(noise.largestSigma(), noise.smallestSigma(), steps));
    }

    /** The timesteps at chosen noise levels. */
    SolverPoints at(double[] sigmas) {
        return new SolverPoints(Arrays.stream(sigmas).map(noise::timestep).toArray(), sigmas);
    }

    /** The timesteps at noise levels of a rectified flow. */
    SolverPoints alongFlow(double[] sigmas) {
        return new SolverPoints(
                Arrays.stream(sigmas).map(sigma -> sigma * noise.size()).toArray(), sigmas);
    }
}
