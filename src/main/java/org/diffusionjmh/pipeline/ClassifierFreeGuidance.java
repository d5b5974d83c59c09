package org.diffusionjmh.pipeline;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import java.util.List;
import org.diffusionjmh.libtorch.HostScalars;

/**
 * Classifier-free guidance (Ho and Salimans 2022): {@code u + scale (c - u)} for the predictions u without and c with the prompt, which
 * stand in this order in the batch.
 *
 * @param scale strength of the prompt, above 1
 * @param rescale what is done to the result
 * @param scalars the run's numbers
 */
record ClassifierFreeGuidance(double scale, GuidanceRescale rescale, HostScalars scalars) implements Guidance {
    @Override
    public List<PromptRole> prompts() {
        return List.of(PromptRole.NEGATIVE_PROMPT, PromptRole.PROMPT);
    }

    @Override
    public NDArray combine(NDArray modelOutput) {
        NDManager owner = modelOutput.getManager();
        try (NDManager scope = owner.newSubManager()) {
            NDList parts = modelOutput.split(2);
            parts.attach(scope);
            NDArray unconditional = parts.get(0);
            NDArray conditional = parts.get(1);
            NDArray guided = unconditional.add(conditional.sub(unconditional).mul(scalars.of(scale)));
            NDArray result = rescale.apply(guided, conditional, scope);
            result.attach(owner);
            return result;
        }
    }
}
