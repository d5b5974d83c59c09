package org.diffusionjmh.pipeline;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.List;

/** How the rows of encoded prompts become the rows of a batch of pictures. */
final class PromptBatch {
    private PromptBatch() {}

    /**
     * Each row several times, copies of a row next to each other: the order of pictures per prompt.
     *
     * @param rows [prompts, ...]
     * @return [prompts * times, ...]
     */
    static NDArray repeated(NDArray rows, int times) {
        return times == 1 ? rows : rows.repeat(0, times);
    }

    /**
     * Blocks of rows, one after the other.
     *
     * @param blocks at least one [n, ...]; a single one is returned as it is
     */
    static NDArray concatenated(List<NDArray> blocks) {
        return blocks.size() == 1 ? blocks.get(0) : NDArrays.concat(new NDList(blocks));
    }

    /**
     * All rows several times, one whole block after the other.
     *
     * @param rows [n, ...]
     * @return [n * times, ...]
     */
    static NDArray tiled(NDArray rows, int times) {
        Shape shape = rows.getShape();
        return rows.reshape(new Shape(1).addAll(shape))
                .repeat(0, times)
                .reshape(new Shape(shape.get(0) * times).addAll(shape.slice(1)));
    }

    /**
     * The first or the second half of all rows, without a copy.
     *
     * @param rows [2 n, ...]
     * @param index 0 or 1
     * @param owner owner of the result
     * @return [n, ...]
     */
    static NDArray half(NDArray rows, int index, NDManager owner) {
        NDList halves = rows.split(2);
        halves.attach(owner);
        return halves.get(index);
    }
}
