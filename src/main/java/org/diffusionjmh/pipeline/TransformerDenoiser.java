package org.diffusionjmh.pipeline;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import java.util.Optional;
import org.diffusionjmh.compiler.ShapedModules;

/** The transformer of a pipeline, compiled for each size it is used at. */
final class TransformerDenoiser implements Denoiser {
    private final ShapedModules<Sizes> modules;

    TransformerDenoiser(ShapedModules<Sizes> modules) {
        this.modules = modules;
    }

    @Override
    public Predictor predictor(Conditioning conditioning, Optional<DeepCache> cache, NDManager manager) {
        if (cache.isPresent()) {
            throw new IllegalArgumentException(
                    "DeepCache keeps what comes up from below a skip connection of a U-Net; a transformer has none");
        }
        return (step, sample, timestep, owner) -> {
            NDList inputs = conditioning.inputs(step, sample, timestep, owner);
            return modules.of(Sizes.of(sample, conditioning.encoderHiddenStates()))
                    .run(inputs, owner)
                    .singletonOrThrow();
        };
    }

    @Override
    public void close() {
        modules.close();
    }
}
