package org.diffusionjmh.pipeline;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.List;

/** How SDXL's size conditions become the denoiser's {@code time_ids}: diffusers' pipelines differ in it. */
enum TimeIds {
    /**
     * The rows of a picture are repeated as a whole: with several pictures and negative sizes of their own, they do not line up with the
     * prompts'.
     */
    TEXT_TO_IMAGE {
        @Override
        float[] row(PromptRole role, SizeConditions conditions, int height, int width) {
            return role == PromptRole.PROMPT
                    ? conditions.timeIds(height, width)
                    : conditions.negativeTimeIds(height, width);
        }

        @Override
        NDArray batch(NDArray rows, int images) {
            return PromptBatch.tiled(rows, images);
        }
    },
    /** Each negative size stands for itself, and the negative crop is ignored. */
    IMAGE_TO_IMAGE {
        @Override
        float[] row(PromptRole role, SizeConditions conditions, int height, int width) {
            return role == PromptRole.PROMPT
                    ? conditions.timeIds(height, width)
                    : conditions.negativeTimeIdsOfImageToImage(height, width);
        }

        @Override
        NDArray batch(NDArray rows, int images) {
            return PromptBatch.repeated(rows, images);
        }
    },
    /** There are no negative sizes. */
    INSTRUCT_PIX2PIX {
        @Override
        float[] row(PromptRole role, SizeConditions conditions, int height, int width) {
            return conditions.timeIds(height, width);
        }

        @Override
        NDArray batch(NDArray rows, int images) {
            return PromptBatch.repeated(rows, images);
        }
    };

    abstract float[] row(PromptRole role, SizeConditions conditions, int height, int width);

    /**
     * @param rows a picture's rows [prompts of a picture, 6]
     * @return [prompts of a picture * images, 6]
     */
    abstract NDArray batch(NDArray rows, int images);

    /** The size conditions of a request, FP32 [batch, 6]. */
    NDArray of(TextToImageRequest request, List<PromptRole> batch, NDManager scope) {
        List<NDArray> rows = batch.stream()
                .map(role -> row(role, request.sizeConditions(), request.height(), request.width()))
                .map(row -> scope.create(row, new Shape(1, row.length)))
                .toList();
        return batch(PromptBatch.concatenated(rows), request.images());
    }
}
