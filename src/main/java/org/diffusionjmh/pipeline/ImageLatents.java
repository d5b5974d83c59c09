package org.diffusionjmh.pipeline;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.List;

/**
 * Latents of pictures to edit, as the denoiser sees them: further channels of every sample.
 *
 * @param blocks the different ones, one after the other [blocks * images, channels, height / 8, width / 8]
 * @param seen which block each prediction sees, in the order of the denoiser's batch
 * @param batch the block of each prediction [predictions * images, channels, height / 8, width / 8]
 */
record ImageLatents(NDArray blocks, List<Integer> seen, NDArray batch) {
    ImageLatents {
        seen = List.copyOf(seen);
    }

    /**
     * @param blocks the different latents [images, channels, height / 8, width / 8] each
     * @param seen which of them each prediction sees
     * @param owner owner of the tensors, of the blocks too
     */
    static ImageLatents of(List<NDArray> blocks, List<Integer> seen, NDManager owner) {
        NDArray different = PromptBatch.concatenated(blocks);
        NDArray batch = PromptBatch.concatenated(seen.stream().map(blocks::get).toList());
        different.attach(owner);
        batch.attach(owner);
        return new ImageLatents(different, seen, batch);
    }
}
