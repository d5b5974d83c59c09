package org.diffusionjmh.pipeline;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.List;

/** Gives the standard normal noise of a run: of a seed, or recorded. */
@FunctionalInterface
interface NoiseSource {
    /**
     * All noise of a run.
     *
     * @param shape shape of each draw
     * @param dtypes the type of each draw: the start noise, then one per step that draws
     */
    NDList draw(long seed, Shape shape, List<DataType> dtypes, NDManager owner);
}
