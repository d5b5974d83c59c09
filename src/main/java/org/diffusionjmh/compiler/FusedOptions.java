package org.diffusionjmh.compiler;

import java.util.List;
import org.diffusionjmh.pass.Pass;
import org.diffusionjmh.pass.Passes;

/** What the {@code fused} compiler is asked to do. */
record FusedOptions() {
    List<Pass> passes() {
        return Passes.forCpu();
    }
}
