package org.diffusionjmh.scheduler;

import static org.diffusionjmh.scheduler.StepBuilder.MODEL_OUTPUT;
import static org.diffusionjmh.scheduler.StepBuilder.SAMPLE;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Unified predictor-corrector (Zhao et al. 2023, "UniPC"): each denoiser output first corrects the sample it was made for (UniC), then
 * predicts the next (UniP).
 *
 * @param schedule timesteps and noise levels
 * @param solver the formulas of predictor and corrector
 * @param solverOrder how many outputs the predictor uses
 * @param predictionType what the denoiser predicts
 * @param limit how predicted samples are kept in range
 * @param lowerOrderFinal whether runs end at lower order
 * @param uncorrected indices of the steps whose result is not corrected
 */
record UniPCMultistepScheduler(
        UniPCSchedule schedule,
        UniPCSolver solver,
        int solverOrder,
        PredictionType predictionType,
        SampleLimit limit,
        boolean lowerOrderFinal,
        Set<Integer> uncorrected)
        implements Scheduler {
    private static final Set<String> SOLVER_TYPES_ELSEWHERE = Set.of("midpoint", "heun", "logrho");

    private enum SolverType {
        BH1,
        BH2;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    static UniPCMultistepScheduler of(SchedulerConfig config) {
        boolean predictsSample = config.flag("predict_x0", true);
        SolverType solverType = config.choice(
                "solver_type",
                SolverType.BH2,
                List.of(SolverType.values()),
                text -> SOLVER_TYPES_ELSEWHERE.contains(text) ? SolverType.BH2.toString() : text);
        config.onlyNull("solver_p");
        SampleLimit limit = SampleLimit.thresholding(config);
        Set<Integer> uncorrected = new HashSet<>();
        config.optionalNumbers("disable_corrector")
                .ifPresent(indices -> indices.forEach(index -> uncorrected.add(index.intValue())));
        return new UniPCMultistepScheduler(
                UniPCSchedule.of(config),
                new UniPCSolver(predictsSample, solverType == SolverType.BH2),
                config.positive("solver_order", 2),
                DpmSolverSettings.predictionType(config, predictsSample),
                // diffusers thresholds the sample only where it is what the solver works with
                predictsSample ? limit : new SampleLimit.None(),
                config.flag("lower_order_final", true),
                Set.copyOf(uncorrected));
    }

    @Override
    public Set<CustomSchedule.Kind> customSchedules() {
        return Set.of(CustomSchedule.Kind.SIGMAS);
    }

    @Override
    public SamplingPlan plan(SamplingOptions options) {
        options.requireOnly(this, StepOption.MU);
        SigmaTable table = schedule.table(options);
        List<NoiseLevel> levels = IntStream.range(0, table.sigmas().size())
                .mapToObj(i -> schedule.solver().level(table.sigma(i)))
                .toList();
        return new SamplingPlan(
                1,
                table.timesteps(),
                table.sigmas(),
                levels.subList(0, table.timesteps().size()),
                options.beginIndex(),
                options.steps(
                        table.timesteps().size(),
                        order(),
                        i -> step(table.timesteps().get(i), levels, i, i - options.beginIndex())));
    }

    private Step step(double timestep, List<NoiseLevel> levels, int index, int before) {
        StepBuilder step = new StepBuilder(timestep);
        NoiseLevel level = levels.get(index);
        LinearForm output = step.let(
                history(before),
                solver.predictsSample()
                        ? step.limit(limit, predictionType.original(SAMPLE, MODEL_OUTPUT, level))
                        : predictionType.noise(SAMPLE, MODEL_OUTPUT, level));
        if (before > 0 && !uncorrected.contains(index - 1)) {
            int order = order(index - 1, before - 1, levels.size() - 1);
            step.let(
                    Register.SAMPLE,
                    solver.corrected(
                            LinearForm.of(Register.SAVED_SAMPLE),
                            outputs(before - 1, order),
                            output,
                            lastLevels(levels, index - 1, order),
                            level));
        }
        step.let(Register.SAVED_SAMPLE, SAMPLE);
        int order = order(index, before, levels.size() - 1);
        return step.next(solver.predicted(
                SAMPLE, outputs(before, order), lastLevels(levels, index, order), levels.get(index + 1)));
    }

    private int order(int index, int before, int steps) {
        int order = Math.min(solverOrder, before + 1);
        return lowerOrderFinal ? Math.min(order, steps - index) : order;
    }

    /** The last {@code count} outputs, newest first. */
    private List<LinearForm> outputs(int newest, int count) {
        return IntStream.range(0, count)
                .mapToObj(k -> LinearForm.of(history(newest - k)))
                .toList();
    }

    private static List<NoiseLevel> lastLevels(List<NoiseLevel> levels, int newest, int count) {
        return IntStream.range(0, count).mapToObj(k -> levels.get(newest - k)).toList();
    }

    /** One more than the predictor uses: the corrector needs the newest beside them. */
    private Register history(int before) {
        return Register.history(before % (solverOrder + 1));
    }
}
