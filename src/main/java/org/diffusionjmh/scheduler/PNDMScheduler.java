package org.diffusionjmh.scheduler;

import static org.diffusionjmh.scheduler.StepBuilder.MODEL_OUTPUT;
import static org.diffusionjmh.scheduler.StepBuilder.SAMPLE;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Pseudo numerical methods for diffusion models (Liu et al. 2022): the linear multistep method of equation 12 over the transfer of
 * equation 11, started by Runge-Kutta steps of four denoiser calls each (equation 13) or, without them, by one step taken twice.
 *
 * @param schedule timesteps and noise levels
 * @param finalAlphaCumprod share of the signal's variance where the run ends
 * @param predictionType what the denoiser predicts
 * @param skipPrkSteps whether to start without Runge-Kutta steps
 */
record PNDMScheduler(
        AlphaSchedule schedule, double finalAlphaCumprod, PredictionType predictionType, boolean skipPrkSteps)
        implements Scheduler {
    private static final int ORDER = 4;

    static PNDMScheduler of(SchedulerConfig config) {
        NoiseSchedule noise =
                NoiseSchedule.of(BetaSchedule.of(config, BetaSchedule.Kind.COMMON, BetaSchedule.Defaults.USUAL));
        return new PNDMScheduler(
                AlphaSchedule.of(config, noise),
                config.flag("set_alpha_to_one", false) ? 1 : noise.alphaCumprod(0),
                PredictionType.of(config, List.of(PredictionType.EPSILON, PredictionType.V_PREDICTION)),
                config.flag("skip_prk_steps", false));
    }

    @Override
    public SamplingPlan plan(SamplingOptions options) {
        options.requireOnly(this);
        int steps = options.numInferenceSteps();
        if (!skipPrkSteps && steps < ORDER) {
            throw new IllegalArgumentException("PNDMScheduler: num_inference_steps is " + steps + ", want at least "
                    + ORDER + " with skip_prk_steps false");
        }
        int[] visited = schedule.timesteps(steps);
        int[] rungeKutta = skipPrkSteps ? new int[0] : rungeKuttaTimesteps(visited, schedule.stride(steps) / 2);
        int[] multistep = skipPrkSteps ? secondTwice(visited) : Arrays.copyOfRange(visited, ORDER - 1, visited.length);
        int[] timesteps = IntStream.concat(Arrays.stream(rungeKutta), Arrays.stream(multistep))
                .toArray();

        Run run = new Run(rungeKutta, schedule.stride(steps));
        List<Step> program = options.steps(timesteps.length, 1, i -> run.step(timesteps[i]));
        return schedule.plan(timesteps, options.beginIndex(), program);
    }

    /** Start, middle, middle, end of each of the first three intervals. */
    private static int[] rungeKuttaTimesteps(int[] visited, int half) {
        return IntStream.range(0, ORDER - 1)
                .flatMap(i -> IntStream.of(visited[i], visited[i + 1] + half, visited[i + 1] + half, visited[i + 1]))
                .toArray();
    }

    private static int[] secondTwice(int[] visited) {
        return IntStream.range(0, visited.length)
                .flatMap(i -> i == 1 ? IntStream.of(visited[1], visited[1]) : IntStream.of(visited[i]))
                .toArray();
    }

    /** The steps of one run, in order: each depends on how many went before it. */
    private final class Run {
        private final int[] rungeKutta;
        private final int stride;
        private final Deque<LinearForm> outputs = new ArrayDeque<>(); // newest first
        private int count;
        private int stored;

        Run(int[] rungeKutta, int stride) {
            this.rungeKutta = rungeKutta;
            this.stride = stride;
        }

        Step step(int timestep) {
            StepBuilder step = new StepBuilder(timestep);
            LinearForm next = count < rungeKutta.length ? rungeKutta(step, timestep) : multistep(step, timestep);
            count++;
            return step.next(next);
        }

        private LinearForm rungeKutta(StepBuilder step, int timestep) {
            LinearForm accumulator = LinearForm.of(Register.ACCUMULATOR);
            LinearForm slope = MODEL_OUTPUT;
            int stage = count % 4;
            if (stage == 0) {
                store(step);
                step.let(Register.SAVED_SAMPLE, SAMPLE);
                step.let(Register.ACCUMULATOR, MODEL_OUTPUT.over(6));
            } else if (stage < 3) {
                step.let(Register.ACCUMULATOR, accumulator.plus(MODEL_OUTPUT.over(3)));
            } else {
                slope = accumulator.plus(MODEL_OUTPUT.over(6));
            }
            int from = rungeKutta[count - stage];
            int to = stage % 2 == 0 ? timestep - stride / 2 : timestep;
            return transfer(LinearForm.of(Register.SAVED_SAMPLE), slope, from, to);
        }

        private LinearForm multistep(StepBuilder step, int timestep) {
            if (count == 1) {
                // The first step again, with the mean of the slopes at its two ends.
                LinearForm mean = MODEL_OUTPUT.plus(outputs.getFirst()).over(2);
                return transfer(LinearForm.of(Register.SAVED_SAMPLE), mean, timestep + stride, timestep);
            }
            store(step);
            if (count == 0) {
                step.let(Register.SAVED_SAMPLE, SAMPLE);
            }
            List<LinearForm> e = new ArrayList<>(outputs);
            LinearForm slope =
                    switch (Math.min(e.size(), ORDER)) {
                        case 1 -> e.get(0);
                        case 2 -> sum(e, 3, -1).over(2);
                        case 3 -> sum(e, 23, -16, 5).over(12);
                        default -> sum(e, 55, -59, 37, -9).over(24);
                    };
            return transfer(SAMPLE, slope, timestep, timestep - stride);
        }

        private void store(StepBuilder step) {
            outputs.addFirst(step.let(Register.history(stored++ % ORDER), MODEL_OUTPUT));
            if (outputs.size() > ORDER) {
                outputs.removeLast();
            }
        }
    }

    private static LinearForm sum(List<LinearForm> forms, double... weights) {
        return IntStream.range(0, weights.length)
                .mapToObj(i -> forms.get(i).times(weights[i]))
                .reduce(LinearForm.ZERO, LinearForm::plus);
    }

    /** Equation 11: from one timestep to another along a given noise. */
    private LinearForm transfer(LinearForm sample, LinearForm output, int from, int to) {
        double a = schedule.noise().alphaCumprod(from);
        double aTo = schedule.alphaCumprod(to, finalAlphaCumprod);
        LinearForm noise = predictionType.noise(sample, output, NoiseLevel.ofAlphaCumprod(a));
        double denominator = a * Math.sqrt(1 - aTo) + Math.sqrt(a * (1 - a) * aTo);
        return sample.times(Math.sqrt(aTo / a)).minus(noise.times((aTo - a) / denominator));
    }
}
