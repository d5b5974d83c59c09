package org.diffusionjmh.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.diffusionjmh.image.RgbImage;
import org.diffusionjmh.image.RgbaImage;
import org.diffusionjmh.image.VaeImageProcessor;
import org.diffusionjmh.libtorch.TorchSession;
import org.diffusionjmh.testing.Fixtures;
import org.diffusionjmh.testing.GoldenTensors;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Pictures become model inputs exactly as in diffusers, to the last bit, on {@code -Ddevice=cuda} too. */
class PictureInputGoldenTest {
    private static final String DEVICE = System.getProperty("device", "cpu");
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
        // The fixture's pictures are opened by Pillow itself, which keeps their alpha until after resizing.
        RgbaImage image = RgbaImage.read(fixture.resolve(test.get("file").getAsString()));
        JsonObject size = test.getAsJsonObject("size");
        int height = size.has("height") ? size.get("height").getAsInt() : image.height();
        int width = size.has("width") ? size.get("width").getAsInt() : image.width();
        VaeImageProcessor processor = processor(test.getAsJsonObject("processor"));
        RgbImage resized = processor.resize(image, height, width);
        try (NDManager manager = NDManager.newBaseManager(TorchSession.deviceOf(DEVICE), "PyTorch")) {
            NDArray actual = new PictureInput(processor, DataType.FLOAT32).of(resized, manager);
            assertEquals(new Shape(golden.shape()), actual.getShape());
            assertEquals(0, golden.relativeError(actual.toFloatArray()));
        }
    }

    private static VaeImageProcessor processor(JsonObject options) {
        if (!OPTIONS.containsAll(options.keySet())) {
            fail("this test knows the options " + OPTIONS + ", the fixture has " + options.keySet());
        }
        boolean normalize =
                !options.has("do_normalize") || options.get("do_normalize").getAsBoolean();
        int factor = options.has("vae_scale_factor")
                ? options.get("vae_scale_factor").getAsInt()
                : 8;
        return new VaeImageProcessor(factor, normalize);
    }
}
