package org.diffusionjmh.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.util.stream.Stream;
import org.diffusionjmh.testing.Fixtures;
import org.diffusionjmh.testing.GoldenTensors;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Model outputs become pictures exactly as in diffusers; PixArt's crop within its tolerance. */
class ImageProcessingGoldenTest {
    @TestFactory
    Stream<DynamicTest> postprocess() {
        return Fixtures.ofKind("image-processing").stream()
                .map(fixture -> dynamicTest(fixture.toString(), () -> {
                    GoldenTensors golden = GoldenTensors.read(fixture.resolve("golden.safetensors"));
                    GoldenTensors.Tensor expected = golden.get("post/image");
                    for (int i = 0; i < expected.shape()[0]; i++) {
                        RgbImage actual = new VaeImageProcessor(8, true)
                                .postprocess(image(golden.get("post/in").slice(i)));
                        assertEquals(image8(expected.slice(i)), actual);
                    }
                }));
    }

    /** The size is the recorded output's. */
    @TestFactory
    Stream<DynamicTest> resizeAndCrop() {
        return Fixtures.ofKind("image-processing").stream()
                .map(fixture -> dynamicTest(fixture.toString(), () -> {
                    GoldenTensors golden = GoldenTensors.read(fixture.resolve("golden.safetensors"));
                    GoldenTensors.Tensor expected = golden.get("bin/out");
                    for (int i = 0; i < expected.shape()[0]; i++) {
                        FloatImage actual = image(golden.get("bin/in").slice(i))
                                .resizeAndCrop((int) expected.shape()[2], (int) expected.shape()[3]);
                        double error = expected.slice(i).relativeError(floats(actual));
                        assertTrue(error < 1e-5, "relative error " + error);
                    }
                }));
    }

    private static FloatImage image(GoldenTensors.Tensor tensor) {
        return FloatImage.of((int) tensor.shape()[1], (int) tensor.shape()[2], tensor.floats());
    }

    private static RgbImage image8(GoldenTensors.Tensor tensor) {
        byte[] pixels = new byte[tensor.values().length];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (byte) tensor.values()[i];
        }
        return RgbImage.of((int) tensor.shape()[0], (int) tensor.shape()[1], pixels);
    }

    private static float[] floats(FloatImage image) {
        float[] floats = new float[image.values().remaining()];
        image.values().get(floats);
        return floats;
    }
}
