package org.diffusionjmh.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.diffusionjmh.graph.DType;
import org.diffusionjmh.image.RgbImage;
import org.diffusionjmh.libtorch.TorchSession;
import org.diffusionjmh.source.BuiltInFiles;
import org.diffusionjmh.source.BuiltInModel;
import org.diffusionjmh.source.ModelFiles;
import org.diffusionjmh.source.Scale;
import org.diffusionjmh.source.SnapshotFiles;
import org.diffusionjmh.source.SnapshotWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BuiltInPipelineTest {
    private static final BuiltInModel TINY = new BuiltInModel("tests/tiny-xl", "tiny-xl", List.of());

    @TempDir
    private Path folder;

    /** A built-in model and its snapshot make the same picture, and it is not a flat one. */
    @Test
    void theSnapshotMakesTheSamePicture() throws IOException {
        new SnapshotWriter(TINY, Scale.MINI, DType.FP32).write(folder, (component, bytes, total) -> {});
        TorchSession session = TorchSession.open("cpu");
        RgbImage builtIn = generate(new BuiltInFiles(TINY, Scale.MINI, session.manager()), session);
        RgbImage snapshot = generate(SnapshotFiles.open("tiny", folder, Optional.empty()), TorchSession.open("cpu"));

        assertEquals(builtIn, snapshot);
        assertTrue(standardDeviation(builtIn) > 5);
    }

    private static RgbImage generate(ModelFiles files, TorchSession session) throws IOException {
        PipelineOptions options =
                new PipelineOptions("cpu", DType.FP32, "none", Scale.MINI, Optional.empty(), Optional.empty());
        TextToImageRequest request = TextToImageRequest.builder("a cat sitting on human lap")
                .size(64, 64)
                .numInferenceSteps(2)
                .build();
        try (TextToImagePipeline pipeline = Pipelines.textToImage(files, options, session, text -> {})) {
            return pipeline.generate(request, StepListener.NONE, warning -> {}).get(0);
        }
    }

    private static double standardDeviation(RgbImage image) {
        ByteBuffer pixels = image.pixels();
        double[] values = IntStream.range(0, pixels.remaining())
                .mapToDouble(i -> Byte.toUnsignedInt(pixels.get(i)))
                .toArray();
        double mean = Arrays.stream(values).average().orElseThrow();
        return Math.sqrt(Arrays.stream(values)
                .map(value -> (value - mean) * (value - mean))
                .average()
                .orElseThrow());
    }
}
