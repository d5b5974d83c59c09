package org.diffusionjmh.pipeline;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import java.util.Optional;
import org.diffusionjmh.compiler.ShapedModules;
import org.diffusionjmh.model.UNet2DConditionConfig;
import org.diffusionjmh.model.UNetPart;

/** The U-Net of a pipeline, compiled for each size it is used at, as a whole or in parts. */
final class UNetDenoiser implements Denoiser {
    private final ShapedModules<SizedPart> modules;
    private final UNet2DConditionConfig config;

    /** A part of the U-Net at some size. */
    record SizedPart(UNetPart part, Sizes sizes) {}

    UNetDenoiser(ShapedModules<SizedPart> modules, UNet2DConditionConfig config) {
        this.modules = modules;
        this.config = config;
    }

    @Override
    public Predictor predictor(Conditioning conditioning, Optional<DeepCache> cache, NDManager manager) {
        if (cache.isEmpty()) {
            UNetPart whole = new UNetPart.Whole();
            return (step, sample, timestep, owner) -> run(
                            whole, conditioning.inputs(step, sample, timestep, owner), owner)
                    .singletonOrThrow();
        }
        int skip = config.skip(cache.get().cacheLayerId(), cache.get().cacheBlockId());
        return new CachingPredictor(this, conditioning, cache.get().cacheInterval(), skip, manager);
    }

    /**
     * Runs the U-Net or a part of it.
     *
     * @param inputs what {@link Conditioning#inputs} gives, and what the part takes beside them
     * @param owner owner of the results
     */
    NDList run(UNetPart part, NDList inputs, NDManager owner) {
        Sizes sizes = Sizes.of(inputs.get(0), inputs.get(2));
        return modules.of(new SizedPart(part, sizes)).run(inputs, owner);
    }

    @Override
    public void close() {
        modules.close();
    }
}
