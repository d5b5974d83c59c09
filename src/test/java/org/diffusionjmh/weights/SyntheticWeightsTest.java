package org.diffusionjmh.weights;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.diffusionjmh.libtorch.CounterNoise;
import org.junit.jupiter.api.Test;

class SyntheticWeightsTest {
    /** The device's integers give what SplitMix64 gives in Java: long arithmetic wraps the same way everywhere. */
    @Test
    void isSplitMix64OfTheStream() {
        try (NDManager manager = NDManager.newBaseManager(Device.cpu());
                CounterNoise noise = new CounterNoise(manager)) {
            long stream = 0x123456789abcdefL;
            float[] actual = noise.uniform(stream, new Shape(5), 0, 1, DataType.FLOAT32, manager)
                    .toFloatArray();
            SplittableRandom reference = new SplittableRandom(stream);
            for (float value : actual) {
                assertEquals((reference.nextLong() >>> 40) * 0x1p-23f - 1, value);
            }
        }
    }

    @Test
    void isAFunctionOfSeedComponentAndKey() {
        try (NDManager manager = NDManager.newBaseManager(Device.cpu());
                SyntheticWeights weights = new SyntheticWeights(0, manager);
                SyntheticWeights others = new SyntheticWeights(1, manager)) {
            Shape shape = new Shape(40, 25);
            float[] values = floats(weights.make("unet", "a.weight", shape, DataType.FLOAT32, manager));
            assertArrayEquals(values, floats(weights.make("unet", "a.weight", shape, DataType.FLOAT32, manager)));
            assertFalse(
                    Arrays.equals(values, floats(weights.make("vae", "a.weight", shape, DataType.FLOAT32, manager))));
            assertFalse(
                    Arrays.equals(values, floats(weights.make("unet", "b.weight", shape, DataType.FLOAT32, manager))));
            assertFalse(
                    Arrays.equals(values, floats(others.make("unet", "a.weight", shape, DataType.FLOAT32, manager))));
            for (float value : values) {
                assertTrue(Math.abs(value) <= 0.2f, "bound is 1 / sqrt(fan in)");
            }
        }
    }

    /** A tensor larger than a chunk continues the same sequence. */
    @Test
    void chunksDoNotShow() {
        try (NDManager manager = NDManager.newBaseManager(Device.cpu());
                CounterNoise noise = new CounterNoise(manager)) {
            int count = (1 << 22) + 3;
            NDArray large = noise.uniform(7, new Shape(count), 0, 1, DataType.FLOAT32, manager);
            SplittableRandom reference = new SplittableRandom(7);
            long last = 0;
            for (int i = 0; i < count; i++) {
                last = reference.nextLong();
            }
            assertEquals((last >>> 40) * 0x1p-23f - 1, large.getFloat(count - 1));
        }
    }

    private static float[] floats(NDArray array) {
        return array.toFloatArray();
    }
}
