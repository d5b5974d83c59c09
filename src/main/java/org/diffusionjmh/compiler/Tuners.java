package org.diffusionjmh.compiler;

import ai.djl.Device;
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

    /** What measuring on a device says; each size is measured when it is first asked for. */
    KernelChoices on(Device device) {
        return new KernelChoices(attention.on(device), gated.on(device), linear.on(device), convolutions.on(device));
    }
}
