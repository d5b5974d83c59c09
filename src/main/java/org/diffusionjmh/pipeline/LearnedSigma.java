package org.diffusionjmh.pipeline;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import java.util.List;

/**
 * Guidance of a denoiser that predicts the noise's variance as well (Nichol and Dhariwal 2021), in the second half of its channels, which
 * no sampler here takes.
 *
 * @param guidance of all channels
 */
record LearnedSigma(Guidance guidance) implements Guidance {
    @Override
    public List<PromptRole> prompts() {
        return guidance.prompts();
    }

    @Override
    public NDArray combine(NDArray modelOutput) {
        try (NDArray both = guidance.combine(modelOutput)) {
            NDList halves = both.split(2, 1);
            halves.get(1).close();
            return halves.get(0);
        }
    }
}
