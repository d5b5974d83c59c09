package org.diffusionjmh.compiler;

import ai.djl.Device;
import java.util.Optional;

/** The trial of one compilation, for all tuners: it opens when the first of them measures something. */
final class TrialSession implements AutoCloseable {
    private final Device device;
    private Optional<KernelTrial> trial = Optional.empty();

    TrialSession(Device device) {
        this.device = device;
    }

    /** Where it is measured. */
    Device device() {
        return device;
    }

    /** The trial, which this closes. */
    KernelTrial trial() {
        if (trial.isEmpty()) {
            trial = Optional.of(KernelTrial.open(device));
        }
        return trial.get();
    }

    @Override
    public void close() {
        trial.ifPresent(KernelTrial::close);
    }
}
