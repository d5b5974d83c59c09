package org.diffusionjmh.source;

import ai.djl.ndarray.NDManager;
import java.util.Optional;
import org.diffusionjmh.model.ModelConfig;

/** A built-in ControlNet at one scale, with made-up weights. */
final class BuiltInControlNetFiles implements ControlNetFiles {
    private final BuiltInControlNet controlNet;
    private final Scale scale;
    private final MadeUpWeights weights;

    /**
     * @param manager the weights are made on its device
     */
    BuiltInControlNetFiles(BuiltInControlNet controlNet, Scale scale, NDManager manager) {
        this.controlNet = controlNet;
        this.scale = scale;
        this.weights = new MadeUpWeights(manager);
    }

    @Override
    public String name() {
        return controlNet.id();
    }

    @Override
    public Optional<Scale> madeUp() {
        return Optional.of(scale);
    }

    @Override
    public ModelConfig config() {
        return controlNet.config(scale);
    }

    @Override
    public ModelFiles.Weights weights() {
        return weights.of("controlnet");
    }

    @Override
    public void close() {
        weights.close();
    }
}
