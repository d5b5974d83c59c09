package org.diffusionjmh.pipeline;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.List;
import org.diffusionjmh.libtorch.HostScalars;
import org.junit.jupiter.api.Test;

class LatentScalingTest {
    /** {@code (x - mean) factor / std}, and back; in the latents' own type. */
    @Test
    void scalesPerChannel() {
        try (NDManager manager = NDManager.newBaseManager(Device.cpu(), "PyTorch");
                HostScalars scalars = new HostScalars(manager);
                LatentScaling scaling =
                        LatentScaling.of(0.5, List.of(1.0, -2.0), List.of(2.0, 4.0), scalars, manager)) {
            NDArray latents =
                    manager.create(new float[] {5, 6}, new Shape(1, 2, 1, 1)).toType(DataType.FLOAT16, false);
            NDArray scaled = scaling.toDenoiser(latents);
            assertEquals(DataType.FLOAT16, scaled.getDataType());
            assertArrayEquals(new float[] {1, 1}, floats(scaled));
            assertArrayEquals(new float[] {5, 6}, floats(scaling.toAutoencoder(scaled)));
        }
    }

    @Test
    void scalesByTheFactorAlone() {
        try (NDManager manager = NDManager.newBaseManager(Device.cpu(), "PyTorch");
                HostScalars scalars = new HostScalars(manager);
                LatentScaling scaling = LatentScaling.of(0.25, scalars, manager)) {
            NDArray scaled = scaling.toDenoiser(manager.create(new float[] {4, -8}, new Shape(1, 2, 1, 1)));
            assertArrayEquals(new float[] {1, -2}, floats(scaled));
            assertArrayEquals(new float[] {4, -8}, floats(scaling.toAutoencoder(scaled)));
        }
    }

    private static float[] floats(NDArray x) {
        return x.toType(DataType.FLOAT32, false).toFloatArray();
    }
}
