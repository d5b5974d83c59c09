package org.diffusionjmh.compiler;

import java.util.Locale;

/** What compiling spends its time on. */
public enum CompilePhase {
    /** Rewriting graphs, writing them as TorchScript, computing what depends on weights only. */
    BUILD,
    /** Loading the programs into libtorch and binding the weights. */
    LOAD,
    /** Making or choosing kernels for the device at hand. */
    TUNE,
    /** Capturing CUDA graphs, with the runs that go before. */
    CAPTURE;

    /** The name in results. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
