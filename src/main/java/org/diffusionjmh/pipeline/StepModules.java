package org.diffusionjmh.pipeline;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.diffusionjmh.compiler.CompiledModule;
import org.diffusionjmh.compiler.ShapedModules;
import org.diffusionjmh.scheduler.SamplingPlan;

/**
 * The compiled steps of a denoiser, one module for each form and size.
 *
 * @param <N> what the network's graph is built for
 */
final class StepModules<N extends Record> implements AutoCloseable {
    private final ShapedModules<WholeStep<N>> modules;
    private final List<StepForm> forms = new ArrayList<>();

    /** What a step's graph is built for. */
    record WholeStep<N extends Record>(N network, StepForm form) {}

    StepModules(ShapedModules<WholeStep<N>> modules) {
        this.modules = modules;
    }

    /**
     * The form of a run's steps; that of an earlier run where it fits, as that of a longer run may, so that its modules serve this run
     * too. Empty if the steps have none in common.
     */
    Optional<StepForm> form(Conditioning conditioning, Guidance guidance, SamplingPlan plan) {
        for (StepForm form : forms) {
            if (form.fits(conditioning, guidance, plan)) {
                return Optional.of(form);
            }
        }
        Optional<StepForm> form = StepForm.of(conditioning, guidance, plan);
        form.ifPresent(forms::add);
        return form;
    }

    CompiledModule of(N network, StepForm form) {
        return modules.of(new WholeStep<>(network, form));
    }

    @Override
    public void close() {
        modules.close();
    }
}
