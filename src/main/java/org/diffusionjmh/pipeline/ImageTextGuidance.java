package org.diffusionjmh.pipeline;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import java.util.List;
import org.diffusionjmh.libtorch.HostScalars;

/**
 * Guidance by a text and a picture (Brooks et al. 2023, section 3.2.1): {@code u + scale (t - i) + imageScale (i - u)} for the
 * predictions t with both, i with the picture only and u with neither, which stand in this order in the batch.
 *
 * @param scale strength of the text, above 1
 * @param imageScale how much the result resembles the picture, at least 1
 * @param rescale what is done to the result
 * @param scalars the run's numbers
 */
record ImageTextGuidance(double scale, double imageScale, GuidanceRescale rescale, HostScalars scalars)
        implements Guidance {
    @Override
    public List<PromptRole> prompts() {
        return List.of(PromptRole.PROMPT, PromptRole.NEGATIVE_PROMPT, PromptRole.NEGATIVE_PROMPT);
    }

    @Override
    public NDArray combine(NDArray modelOutput) {
        NDManager owner = modelOutput.getManager();
        try (NDManager scope = owner.newSubManager()) {
            NDList parts = modelOutput.split(3);
            parts.attach(scope);
            NDArray text = parts.get(0);
            NDArray image = parts.get(1);
            NDArray neither = parts.get(2);
            NDArray guided = neither.add(text.sub(image).mul(scalars.of(scale)))
                    .add(image.sub(neither).mul(scalars.of(imageScale)));
            NDArray result = rescale.apply(guided, text, scope);
            result.attach(owner);
            return result;
        }
    }
}
