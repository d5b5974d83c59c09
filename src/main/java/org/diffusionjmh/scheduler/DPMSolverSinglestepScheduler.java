package org.diffusionjmh.scheduler;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.diffusionjmh.scheduler.DpmSolverAlgorithm.Expansion;

/**
 * Single-step DPM-Solver and DPM-Solver++ (Lu et al. 2022, DPM-Solver, algorithms 1 and 2): groups of up to three denoiser calls, of which
 * each starts again from the group's first sample with one more derivative.
 *
 * @param schedule timesteps and noise levels
 * @param settings what the multistep solver has too
 * @param lowerOrderFinal whether the last group may be smaller
 */
record DPMSolverSinglestepScheduler(SolverSchedule schedule, DpmSolverSettings settings, boolean lowerOrderFinal)
        implements Scheduler {

    static DPMSolverSinglestepScheduler of(SchedulerConfig config) {
        BetaSchedule betas = BetaSchedule.of(config, BetaSchedule.Kind.COMMON, BetaSchedule.Defaults.USUAL);
        DpmSolverSettings settings = DpmSolverSettings.of(
                config,
                List.of(
                        DpmSolverAlgorithm.DPMSOLVER,
                        DpmSolverAlgorithm.DPMSOLVER_PLUS_PLUS,
                        DpmSolverAlgorithm.SDE_DPMSOLVER_PLUS_PLUS));
        if (!settings.algorithm().expandsSample() && !(settings.limit() instanceof SampleLimit.None)) {
            throw config.refuse("thresholding", "false with algorithm_type " + settings.algorithm());
        }
        SigmaSpacing spacing = SigmaSpacing.of(config);
        boolean alongFlow = config.flag("use_flow_sigmas", false);
        if (alongFlow && spacing != SigmaSpacing.OF_TIMESTEPS) {
            throw config.refuse("use_flow_sigmas", "false with other noise levels chosen");
        }
        return new DPMSolverSinglestepScheduler(
                new SolverSchedule(
                        NoiseSchedule.of(betas),
                        TimestepSpacing.LINSPACE,
                        0,
                        spacing,
                        alongFlow,
                        FlowShift.withoutTerminal(config)),
                settings,
                config.flag("lower_order_final", false));
    }

    @Override
    public Set<CustomSchedule.Kind> customSchedules() {
        return Set.of(CustomSchedule.Kind.TIMESTEPS);
    }

    @Override
    public SamplingPlan plan(SamplingOptions options) {
        options.requireOnly(this, StepOption.MU);
        SigmaTable table = settings.table(schedule, options, schedule.sigmaSpacing() == SigmaSpacing.KARRAS);
        List<Integer> orders = orders(table.timesteps().size());
        return new SamplingPlan(
                1,
                table.timesteps(),
                table.sigmas(),
                table.levels(schedule::level),
                options.beginIndex(),
                options.steps(table.timesteps().size(), order(), i -> {
                    int before = i - options.beginIndex();
                    return step(table, i, before, Math.min(orders.get(i), before + 1));
                }));
    }

    /** The order of each denoiser call: 1, 2, 3, 1, 2, 3, ..., with a lower end where it does not come out even. */
    private List<Integer> orders(int steps) {
        int group = settings.solverOrder();
        boolean lowerFinal = lowerOrderFinal || steps % group != 0 || settings.finalSigma() == FinalSigma.ZERO;
        List<Integer> orders = new ArrayList<>(
                IntStream.range(0, steps).map(i -> i % group + 1).boxed().toList());
        if (lowerFinal && steps % group == 0) {
            orders.set(steps - 1, 1);
        }
        if (settings.finalSigma() == FinalSigma.ZERO) {
            orders.set(steps - 1, 1);
        }
        return orders;
    }

    private Step step(SigmaTable table, int index, int before, int order) {
        StepBuilder step = new StepBuilder(table.timesteps().get(index));
        NoiseLevel current = schedule.level(table.sigma(index));
        LinearForm m0 = step.let(history(before), settings.output(step, current));
        if (order == 1) {
            step.let(Register.SAVED_SAMPLE, StepBuilder.SAMPLE);
        }
        NoiseLevel start = schedule.level(table.sigma(index - order + 1));
        NoiseLevel to = schedule.level(table.sigma(index + 1));
        Expansion expansion = settings.algorithm().expansion(start, to);
        double h = to.lambda() - start.lambda();
        LinearForm atStart = LinearForm.of(history(before - order + 1));
        LinearForm next =
                LinearForm.of(Register.SAVED_SAMPLE).times(expansion.sample()).plus(atStart.times(expansion.zeroth()));

        if (order > 1) {
            double r0 = (current.lambda() - start.lambda()) / h;
            LinearForm difference0 = m0.minus(atStart).over(r0);
            if (order == 2) {
                next = next.plus(difference0.times(settings.first(expansion)));
            } else if (settings.midpoint()) {
                next = next.plus(difference0.times(expansion.first()));
            } else {
                double r1 = (schedule.level(table.sigma(index - 1)).lambda() - start.lambda()) / h;
                LinearForm difference1 =
                        LinearForm.of(history(before - 1)).minus(atStart).over(r1);
                LinearForm first =
                        difference1.times(r0).minus(difference0.times(r1)).over(r0 - r1);
                LinearForm second = difference0.minus(difference1).times(2 / (r0 - r1));
                next = next.plus(first.times(expansion.first())).plus(second.times(expansion.second()));
            }
        }
        return step.next(
                settings.algorithm().isStochastic()
                        ? next.plus(step.draw(NoiseDraw.MODEL_TYPE).times(expansion.noise()))
                        : next);
    }

    private Register history(int before) {
        return Register.history(before % settings.solverOrder());
    }
}
