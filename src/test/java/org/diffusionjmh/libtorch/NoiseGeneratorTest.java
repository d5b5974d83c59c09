package org.diffusionjmh.libtorch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.djl.Device;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.List;
import org.junit.jupiter.api.Test;

class NoiseGeneratorTest {
    private static final NoiseGenerator.Draw DRAW = new NoiseGenerator.Draw(new Shape(2, 3), DataType.FLOAT32);

    /** The numbers that Python's torch 2.13 prints for seed 333 on the CPU: the picture of a seed is diffusers' picture. */
    @Test
    void drawsTorchsOwnNumbers() {
        try (NDManager manager = NDManager.newBaseManager(Device.cpu());
                NoiseGenerator generator = new NoiseGenerator(manager)) {
            NDList draws = generator.draw(333, List.of(DRAW, DRAW), manager);
            assertEquals(2, draws.size());
            assertArrayEquals(
                    new float[] {-1.1267f, -1.7790f, -1.1071f, -0.5485f, 1.4287f, 1.7788f},
                    draws.get(0).toFloatArray(),
                    1e-4f);
            NDList again = generator.draw(333, List.of(DRAW, DRAW), manager);
            assertArrayEquals(draws.get(1).toFloatArray(), again.get(1).toFloatArray());
        }
    }

    @Test
    void drawsInHalfPrecision() {
        try (NDManager manager = NDManager.newBaseManager(Device.cpu());
                NoiseGenerator generator = new NoiseGenerator(manager)) {
            NDList draws = generator.draw(
                    1, List.of(new NoiseGenerator.Draw(new Shape(1, 4, 8, 8), DataType.FLOAT16)), manager);
            assertEquals(DataType.FLOAT16, draws.get(0).getDataType());
            assertEquals(new Shape(1, 4, 8, 8), draws.get(0).getShape());
        }
    }
}
