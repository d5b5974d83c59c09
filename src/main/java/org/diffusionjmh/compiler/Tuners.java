package org.diffusionjmh.compiler;

import org.diffusionjmh.pass.KernelChoices;

/** Measures, on the GPU at hand, which kernel is the fastest for each size, unless it was measured before. */
final class Tuners {
    private final AttentionTuner attention;
    private final LinearGegluTuner gated;
    private final LinearTuner linear;
    private final ConvTuner convolutions;

    /**
     * @param choices what was measured before
     */
    Tuners(KernelSupport kernels, DeviceChoices choices, CompileJournal journal) {
        this.attention = new AttentionTuner(kernels, choices, journal);
        this.gated = new LinearGegluTuner(kernels, choices, journal);
        this.linear = new LinearTuner(choices, journal);
        this.convolutions = new ConvTuner(kernels, choices, journal);
    }

    /**
     * What measuring on a device says; each size is measured when it is first asked for.
     *
     * @param trials open as long as the choices are in use
     */
    KernelChoices on(TrialSession trials) {
        return new KernelChoices(attention.on(trials), gated.on(trials), linear.on(trials), convolutions.on(trials));
    }
}
