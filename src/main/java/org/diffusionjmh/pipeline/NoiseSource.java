package org.diffusionjmh.pipeline;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import java.util.List;
import org.diffusionjmh.libtorch.NoiseGenerator;

/** Gives the standard normal noise of a run: of a seed, or recorded. */
@FunctionalInterface
interface NoiseSource {
    /**
     * All noise of a run.
     *
     * @param draws what the run draws, in its order
     */
    NDList draw(long seed, List<NoiseGenerator.Draw> draws, NDManager owner);
}
