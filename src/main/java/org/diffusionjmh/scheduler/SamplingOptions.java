package org.diffusionjmh.scheduler;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * What a run asks of its scheduler.
 *
 * @param numInferenceSteps number of steps, or of a schedule's values; for schedulers of order 2 each takes up to two denoiser calls
 * @param schedule where the steps lie; absent: where the scheduler's configuration says
 * @param beginIndex index of the first timestep to use, counted in denoiser calls; not 0 for image-to-image
 * @param values step options that differ from diffusers' defaults
 */
public record SamplingOptions(
        int numInferenceSteps, Optional<CustomSchedule> schedule, int beginIndex, Map<StepOption, Double> values) {
    /** Checks the numbers. */
    public SamplingOptions {
        if (numInferenceSteps < 1) {
            throw new IllegalArgumentException("num_inference_steps is " + numInferenceSteps + ", want at least 1");
        }
        if (beginIndex < 0) {
            throw new IllegalArgumentException("begin index is " + beginIndex + ", want at least 0");
        }
        values = Map.copyOf(values);
    }

    /** A whole run with diffusers' defaults. */
    public static SamplingOptions ofSteps(int numInferenceSteps) {
        return new SamplingOptions(numInferenceSteps, Optional.empty(), 0, Map.of());
    }

    /** A whole run along a schedule, otherwise with diffusers' defaults. */
    public static SamplingOptions along(CustomSchedule schedule) {
        return new SamplingOptions(schedule.values().size(), Optional.of(schedule), 0, Map.of());
    }

    /** The same, starting at another timestep. */
    public SamplingOptions withBeginIndex(int index) {
        return new SamplingOptions(numInferenceSteps, schedule, index, values);
    }

    /** The same with one more step option. */
    public SamplingOptions with(StepOption option, double value) {
        Map<StepOption, Double> more = new EnumMap<>(StepOption.class);
        more.putAll(values);
        more.put(option, value);
        return new SamplingOptions(numInferenceSteps, schedule, beginIndex, more);
    }

    /** The value of an option, if it was given. */
    public OptionalDouble get(StepOption option) {
        return values.containsKey(option) ? OptionalDouble.of(values.get(option)) : OptionalDouble.empty();
    }

    double get(StepOption option, double absent) {
        return values.getOrDefault(option, absent);
    }

    /** The values of the caller's schedule, if it has one of this kind. */
    Optional<double[]> custom(CustomSchedule.Kind kind) {
        return schedule.filter(given -> given.kind() == kind).map(CustomSchedule::toArray);
    }

    /** Refuses timesteps where the configuration chooses noise levels instead. */
    void refuseTimesteps(String configuration) {
        if (custom(CustomSchedule.Kind.TIMESTEPS).isPresent()) {
            throw new IllegalArgumentException(
                    "timesteps do not go with " + configuration + ", by which the scheduler chooses noise levels");
        }
    }

    /** Refuses options and schedules that the scheduler does not take. */
    void requireOnly(Scheduler scheduler, StepOption... taken) {
        String name = scheduler.getClass().getSimpleName();
        schedule.map(CustomSchedule::kind)
                .filter(kind -> !scheduler.customSchedules().contains(kind))
                .ifPresent(kind -> {
                    throw new IllegalArgumentException(
                            name + " takes no " + kind + "; those that do: " + Schedulers.taking(kind));
                });
        Set<StepOption> known = Set.of(taken);
        for (StepOption option : values.keySet()) {
            if (!known.contains(option)) {
                throw new IllegalArgumentException(name + " takes no option '" + option.key()
                        + "' (value " + values.get(option) + "); it takes "
                        + (known.isEmpty()
                                ? "none"
                                : known.stream().map(StepOption::key).sorted().toList()));
            }
        }
    }

    /**
     * The steps from the begin index on.
     *
     * @param calls number of denoiser calls of a whole run
     * @param order denoiser calls a step; the begin index must not lie within one
     * @param step the step at an index counted from the start of a whole run
     */
    List<Step> steps(int calls, int order, IntFunction<Step> step) {
        if (beginIndex >= calls || beginIndex % order != 0) {
            throw new IllegalArgumentException("begin index is " + beginIndex + ", want less than " + calls
                    + (order == 1 ? "" : " and a multiple of " + order));
        }
        return IntStream.range(beginIndex, calls).mapToObj(step).toList();
    }

    /** Refuses more steps than the model was trained with. */
    void requireAtMost(int numTrainTimesteps) {
        if (numInferenceSteps > numTrainTimesteps) {
            throw new IllegalArgumentException("num_inference_steps is " + numInferenceSteps
                    + ", want at most num_train_timesteps, which is " + numTrainTimesteps);
        }
    }
}
