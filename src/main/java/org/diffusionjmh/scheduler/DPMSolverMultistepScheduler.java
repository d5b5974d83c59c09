package org.diffusionjmh.scheduler;

import static org.diffusionjmh.scheduler.StepBuilder.SAMPLE;

import java.util.List;
import java.util.Set;
import org.diffusionjmh.scheduler.DpmSolverAlgorithm.Expansion;

/**
 * Multistep DPM-Solver and DPM-Solver++ (Lu et al. 2022, DPM-Solver++, algorithm 2): the derivatives are differences of outputs of earlier
 * steps.
 *
 * @param schedule timesteps and noise levels
 * @param settings what the single-step solver has too
 * @param lowerOrderFinal whether short runs end at lower order
 * @param eulerAtFinal whether the last step is of first order
 * @param wholeTimesteps whether timesteps of chosen noise levels are rounded, not cut off
 */
record DPMSolverMultistepScheduler(
        SolverSchedule schedule,
        DpmSolverSettings settings,
        boolean lowerOrderFinal,
        boolean eulerAtFinal,
        boolean wholeTimesteps)
        implements Scheduler {
    private static final int SHORT_RUN = 15;

    static DPMSolverMultistepScheduler of(SchedulerConfig config) {
        BetaSchedule betas = BetaSchedule.of(config, BetaSchedule.Kind.COMMON, BetaSchedule.Defaults.USUAL);
        SigmaSpacing spacing = SigmaSpacing.of(config);
        boolean lu = config.flag("use_lu_lambdas", false) && spacing != SigmaSpacing.KARRAS;
        SigmaSpacing sigmaSpacing = lu ? SigmaSpacing.LU : spacing;
        DpmSolverSettings settings = DpmSolverSettings.of(config, List.of(DpmSolverAlgorithm.values()));
        if (settings.algorithm() == DpmSolverAlgorithm.SDE_DPMSOLVER && settings.solverOrder() > 2) {
            throw config.refuse("solver_order", "1 or 2 with algorithm_type " + settings.algorithm());
        }
        return new DPMSolverMultistepScheduler(
                SolverSchedule.of(
                        config,
                        NoiseSchedule.withFiniteSigmas(betas, config.flag("rescale_betas_zero_snr", false)),
                        sigmaSpacing,
                        FlowShift.withoutTerminal(config)),
                settings,
                config.flag("lower_order_final", true),
                config.flag("euler_at_final", false),
                (sigmaSpacing == SigmaSpacing.KARRAS || sigmaSpacing == SigmaSpacing.LU)
                        && betas.kind() != BetaSchedule.Kind.SQUAREDCOS_CAP_V2);
    }

    @Override
    public Set<CustomSchedule.Kind> customSchedules() {
        return Set.of(CustomSchedule.Kind.TIMESTEPS);
    }

    @Override
    public SamplingPlan plan(SamplingOptions options) {
        options.requireOnly(this, StepOption.MU);
        SigmaTable table = settings.table(schedule, options, wholeTimesteps);
        return new SamplingPlan(
                1,
                table.timesteps(),
                table.sigmas(),
                table.levels(schedule::level),
                options.beginIndex(),
                options.steps(table.timesteps().size(), order(), i -> step(table, i, i - options.beginIndex())));
    }

    private int order(int index, int before, int steps) {
        boolean shortRun = lowerOrderFinal && steps < SHORT_RUN;
        int left = steps - index;
        if (left == 1 && (eulerAtFinal || shortRun || settings.finalSigma() == FinalSigma.ZERO)) {
            return 1;
        }
        int order = Math.min(settings.solverOrder(), before + 1);
        return left == 2 && shortRun ? Math.min(order, 2) : order;
    }

    private Step step(SigmaTable table, int index, int before) {
        StepBuilder step = new StepBuilder(table.timesteps().get(index));
        NoiseLevel from = schedule.level(table.sigma(index));
        NoiseLevel to = schedule.level(table.sigma(index + 1));
        LinearForm m0 = step.let(history(before), settings.output(step, from));
        Expansion expansion = settings.algorithm().expansion(from, to);
        LinearForm next = SAMPLE.times(expansion.sample()).plus(m0.times(expansion.zeroth()));

        int order = order(index, before, table.timesteps().size());
        if (order > 1) {
            double h = to.lambda() - from.lambda();
            LinearForm m1 = LinearForm.of(history(before - 1));
            NoiseLevel earlier = schedule.level(table.sigma(index - 1));
            double r0 = (from.lambda() - earlier.lambda()) / h;
            LinearForm difference0 = m0.minus(m1).over(r0);
            if (order == 2) {
                next = next.plus(difference0.times(settings.first(expansion)));
            } else {
                LinearForm m2 = LinearForm.of(history(before - 2));
                NoiseLevel earliest = schedule.level(table.sigma(index - 2));
                double r1 = (earlier.lambda() - earliest.lambda()) / h;
                LinearForm difference1 = m1.minus(m2).over(r1);
                LinearForm second = difference0.minus(difference1).over(r0 + r1);
                LinearForm first = difference0.plus(second.times(r0));
                next = next.plus(first.times(expansion.first())).plus(second.times(expansion.second()));
            }
        }
        return step.next(
                settings.algorithm().isStochastic()
                        ? next.plus(step.draw(NoiseDraw.FLOAT32).times(expansion.noise()))
                        : next);
    }

    private Register history(int before) {
        return Register.history(before % settings.solverOrder());
    }
}
