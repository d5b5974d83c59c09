package org.diffusionjmh.weights;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import org.diffusionjmh.libtorch.CounterNoise;

/**
 * Made-up weights for any network, a function of seed, key, and shape alone: the same numbers on every device and in every dtype, up to
 * its rounding. Scaled as PyTorch initialises its layers, so that activations stay finite in half precision.
 */
public final class SyntheticWeights implements AutoCloseable {
    private static final double BIAS_BOUND = 0.02;
    private static final double NORM_BOUND = 0.1;
    private static final double EMBEDDING_BOUND = 0.035;

    private final long seed;
    private final CounterNoise noise;

    /**
     * @param seed another seed gives another model
     * @param manager its device makes the numbers
     */
    public SyntheticWeights(long seed, NDManager manager) {
        this.seed = seed;
        this.noise = new CounterNoise(manager);
    }

    /**
     * Makes one weight.
     *
     * @param component the network it belongs to, for example {@code unet}
     * @param key the weight's name
     * @param shape its shape
     * @param dtype its type
     * @param owner the manager it belongs to, on the device of this source
     */
    public NDArray make(String component, String key, Shape shape, DataType dtype, NDManager owner) {
        CRC32 hash = new CRC32();
        hash.update((component + '/' + key).getBytes(StandardCharsets.UTF_8));
        long stream = (seed << Integer.SIZE) ^ hash.getValue();
        boolean scalesFeatures = shape.dimension() == 1 && key.endsWith("weight");
        return noise.uniform(stream, shape, scalesFeatures ? 1 : 0, bound(key, shape), dtype, owner);
    }

    private static double bound(String key, Shape shape) {
        if (shape.dimension() == 1) {
            return key.endsWith("bias") ? BIAS_BOUND : NORM_BOUND;
        }
        if (key.endsWith("token_embedding.weight") || key.endsWith("position_embedding.weight")) {
            return EMBEDDING_BOUND;
        }
        double fanIn = (double) shape.size() / shape.get(0);
        return 1 / Math.sqrt(fanIn);
    }

    @Override
    public void close() {
        noise.close();
    }
}
