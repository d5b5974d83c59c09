package org.diffusionjmh.pipeline;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import org.diffusionjmh.model.UNetPart;

/** Keeps what came up from below a skip connection of a U-Net for the steps of an interval. */
final class FeatureCache {
    private final int interval;
    private final UNetPart full;
    private final UNetPart shallow;
    private final NDManager manager;

    private NDArray feature;

    /** Runs a part of a U-Net; its further result is the last one, its further input the last one. */
    @FunctionalInterface
    interface Parts {
        NDList run(UNetPart part, NDList inputs);
    }

    /**
     * @param interval steps of an interval
     * @param skip index of the skip connection
     * @param manager owner of what is kept
     */
    FeatureCache(int interval, int skip, NDManager manager) {
        this.interval = interval;
        this.full = new UNetPart.Full(skip);
        this.shallow = new UNetPart.Shallow(skip);
        this.manager = manager;
    }

    /**
     * Runs the part that a step computes.
     *
     * @param inputs those of the whole U-Net
     * @return the results of the whole U-Net
     */
    NDList run(int step, NDList inputs, Parts parts) {
        if (step % interval == 0) {
            NDList results = parts.run(full, inputs);
            keep(results.remove(results.size() - 1));
            return results;
        }
        inputs.add(feature);
        return parts.run(shallow, inputs);
    }

    private void keep(NDArray newFeature) {
        if (feature != null) {
            feature.close();
        }
        newFeature.attach(manager);
        feature = newFeature;
    }
}
