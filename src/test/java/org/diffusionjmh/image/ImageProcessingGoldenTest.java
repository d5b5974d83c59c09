package org.diffusionjmh.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.diffusionjmh.testing.Fixtures;
import org.diffusionjmh.testing.GoldenTensors;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Pictures become model inputs, and model outputs pictures, exactly as in diffusers; PixArt's crop within its tolerance. */
class ImageProcessingGoldenTest {
    private static final Set<String> OPTIONS = Set.of("do_normalize", "do_convert_rgb", "vae_scale_factor");

    @TestFactory
    Stream<DynamicTest> preprocess() {
        List<DynamicTest> tests = new ArrayList<>();
        for (Path fixture : Fixtures.ofKind("image-processing")) {
            GoldenTensors golden = GoldenTensors.read(fixture.resolve("golden.safetensors"));
            for (JsonElement element :
                    Fixtures.json(fixture.resolve("golden.json")).getAsJsonArray("cases")) {
                JsonObject test = element.getAsJsonObject();
                String id = test.get("id").getAsString();
                tests.add(dynamicTest(id, () -> assertPreprocessed(fixture, test, golden.get(id))));
            }
        }
        assertTrue(!tests.isEmpty(), "no image-processing fixture");
        return tests.stream();
    }

    private static void assertPreprocessed(Path fixture, JsonObject test, GoldenTensors.Tensor golden)
            throws IOException {
        JsonObject options = test.getAsJsonObject("processor");
        if (!OPTIONS.containsAll(options.keySet())) {
            fail("this test knows the options " + OPTIONS + ", the fixture has " + options.keySet());
        }
        boolean normalize =
                !options.has("do_normalize") || options.get("do_normalize").getAsBoolean();
        int factor = options.has("vae_scale_factor")
                ? options.get("vae_scale_factor").getAsInt()
                : 8;
        // The fixture's pictures are opened by Pillow itself, which keeps their alpha until after resizing.
        RgbaImage image = RgbaImage.read(fixture.resolve(test.get("file").getAsString()));
        JsonObject size = test.getAsJsonObject("size");
        int height = size.has("height") ? size.get("height").getAsInt() : image.height();
        int width = size.has("width") ? size.get("width").getAsInt() : image.width();
        FloatImage actual = new VaeImageProcessor(factor, normalize).preprocess(image, height, width);
        assertEquals(golden.shape()[2], actual.height());
        assertEquals(golden.shape()[3], actual.width());
        assertEquals(0, golden.relativeError(floats(actual)));
    }

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
