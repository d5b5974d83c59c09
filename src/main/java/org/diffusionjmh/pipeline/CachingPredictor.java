package org.diffusionjmh.pipeline;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import org.diffusionjmh.model.UNetPart;

/** Keeps what came up from below a skip connection for the steps of an interval. */
final class CachingPredictor implements Predictor {
    private final UNetDenoiser denoiser;
    private final Conditioning conditioning;
    private final int interval;
    private final UNetPart full;
    private final UNetPart shallow;
    private final NDManager manager;

    private NDArray feature;

    /**
     * @param interval steps of an interval
     * @param skip index of the skip connection
     * @param manager owner of what is kept
     */
    CachingPredictor(UNetDenoiser denoiser, Conditioning conditioning, int interval, int skip, NDManager manager) {
        this.denoiser = denoiser;
        this.conditioning = conditioning;
        this.interval = interval;
        this.full = new UNetPart.Full(skip);
        this.shallow = new UNetPart.Shallow(skip);
        this.manager = manager;
    }

    @Override
    public NDArray predict(int step, NDArray sample, NDArray timestep, NDManager owner) {
        NDList inputs = conditioning.inputs(step, sample, timestep, owner);
        if (step % interval == 0) {
            NDList results = denoiser.run(full, inputs, owner);
            keep(results.get(1));
            return results.get(0);
        }
        inputs.add(feature);
        return denoiser.run(shallow, inputs, owner).singletonOrThrow();
    }

    private void keep(NDArray newFeature) {
        if (feature != null) {
            feature.close();
        }
        newFeature.attach(manager);
        feature = newFeature;
    }
}
