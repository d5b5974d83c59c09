package org.diffusionjmh.compiler;

import ai.djl.Device;
import org.diffusionjmh.pass.KernelChoices;

/** Measures, on the GPU at hand, which kernel is the fastest for each size. What was measured is known as long as this lives. */
final class Tuners {
    private final AttentionTuner attention;
    private final LinearGegluTuner gated;
    private final LinearTuner linear;

    Tuners(KernelSupport kernels, CompileJournal journal) {
        this.attention = new AttentionTuner(journal);
        this.gated = new LinearGegluTuner(kernels, journal);
        this.linear = new LinearTuner(journal);
    }

    /** What measuring on a device says; each size is measured when it is first asked for. */
    KernelChoices on(Device device) {
        return new KernelChoices(attention.on(device), gated.on(device), linear.on(device));
    }
}
