package org.diffusionjmh.pipeline;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.diffusionjmh.compiler.Compilers;
import org.diffusionjmh.graph.DType;
import org.diffusionjmh.libtorch.ScalarType;
import org.diffusionjmh.libtorch.TensorMemory;
import org.diffusionjmh.libtorch.TorchSession;
import org.diffusionjmh.lora.Lora;
import org.diffusionjmh.lora.RandomLora;
import org.diffusionjmh.source.ModelFiles;
import org.diffusionjmh.source.Scale;
import org.diffusionjmh.source.SnapshotFiles;
import org.diffusionjmh.testing.Fixtures;
import org.diffusionjmh.testing.TensorFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * LoRAs on a warm pipeline: whatever was fused before, the latents are bit by bit those of a pipeline that never had anything else; on the
 * CPU, or on another device by {@code -Ddevice=cuda}.
 */
class LoraSwitchTest {
    private static final String DEVICE = System.getProperty("device", "cpu");

    @TempDir
    private Path folder;

    static Stream<String> compilers() {
        return Compilers.all().stream()
                .map(compiler -> compiler.id())
                .filter(id -> !DEVICE.equals("cpu") || !id.equals("cudagraph")); // which runs as none does there
    }

    private static ModelFiles model(String kind) throws IOException {
        return SnapshotFiles.open(kind, Fixtures.ofKind(kind).get(0).resolve("snapshot"), Optional.empty());
    }

    private static TextToImagePipeline pipeline(String kind, String compiler, DType dtype) throws IOException {
        PipelineOptions options =
                new PipelineOptions(DEVICE, dtype, compiler, Scale.FULL, Optional.empty(), Optional.empty());
        return Pipelines.textToImage(model(kind), options, TorchSession.open(DEVICE), warning -> {});
    }

    /** A LoRA of every layer of every network. */
    private Lora lora(String kind, int seed, double scale) throws IOException {
        Map<String, Map<String, Shape>> layers = RandomLora.layers(model(kind));
        Path file = RandomLora.of(layers, seed, 2 + seed).write(folder.resolve(kind + seed + ".safetensors"));
        return new Lora(file, scale);
    }

    private static float[] latents(TextToImagePipeline pipeline, int width) throws Exception {
        TextToImageRequest request = TextToImageRequest.builder("a cat")
                .size(64, width)
                .numInferenceSteps(2)
                .guidanceScale(4)
                .build();
        return pipeline.session().call(() -> {
            try (Denoising run = pipeline.start(request, warning -> {})) {
                while (run.hasNext()) {
                    run.step(StepListener.NONE);
                }
                return TensorMemory.copy(
                                run.latents(), ScalarType.FLOAT32, run.latents().getManager())
                        .toFloatArray();
            }
        });
    }

    /** Those of a pipeline that has nothing else. */
    private static float[] fresh(String kind, String compiler, DType dtype, int width, Lora... loras) throws Exception {
        try (TextToImagePipeline pipeline = pipeline(kind, compiler, dtype)) {
            pipeline.setLoras(List.of(loras));
            return latents(pipeline, width);
        }
    }

    @ParameterizedTest
    @MethodSource("compilers")
    void switchingLeavesNothingBehind(String compiler) throws Exception {
        Lora a = lora("sdxl-t2i", 1, 0.8);
        Lora b = lora("sdxl-t2i", 2, -0.5);
        Lora weaker = new Lora(a.file(), 0.3);
        try (TextToImagePipeline pipeline = pipeline("sdxl-t2i", compiler, DType.FP32)) {
            float[] base = latents(pipeline, 64);
            for (List<Lora> loras : List.of(List.of(a), List.of(weaker, b))) {
                pipeline.setLoras(loras);
                assertEquals(loras, pipeline.loras());
                float[] expected = fresh("sdxl-t2i", compiler, DType.FP32, 64, loras.toArray(Lora[]::new));
                assertArrayEquals(expected, latents(pipeline, 64), tolerance(compiler), loras::toString);
                assertFalse(Arrays.equals(base, expected), "no effect");
            }
            pipeline.setLoras(List.of());
            assertArrayEquals(base, latents(pipeline, 64), tolerance(compiler), "removed");
        }
    }

    /** On a GPU libtorch's executor rewrites a program in its first runs, and the rewritten one rounds in another way. */
    private static float tolerance(String compiler) {
        return !DEVICE.equals("cpu") && compiler.equals("torchscript") ? 1e-3f : 0;
    }

    /** A size that is compiled when a LoRA is fused already, and one that is not used while another is: both have what is fused. */
    @ParameterizedTest
    @ValueSource(strings = {"none", "fused"})
    void allSizesFollow(String compiler) throws Exception {
        Lora a = lora("sd15-t2i", 1, 0.8);
        Lora b = lora("sd15-t2i", 2, 0.8);
        try (TextToImagePipeline pipeline = pipeline("sd15-t2i", compiler, DType.FP32)) {
            float[] base = latents(pipeline, 64);
            pipeline.setLoras(List.of(a));
            float[] wide = latents(pipeline, 72);
            assertArrayEquals(fresh("sd15-t2i", compiler, DType.FP32, 72, a), wide);
            pipeline.setLoras(List.of(b));
            pipeline.setLoras(List.of());
            assertArrayEquals(base, latents(pipeline, 64));
            pipeline.setLoras(List.of(a));
            assertArrayEquals(wide, latents(pipeline, 72));
        }
    }

    /** What is kept over the steps of a run is of the weights as they are now, even for the prompt's tensors of before. */
    @ParameterizedTest
    @ValueSource(strings = {"none", "fused"})
    void aRunThatIsRewoundHasTheNewWeights(String compiler) throws Exception {
        Map<String, Map<String, Shape>> unet =
                Map.of("unet", RandomLora.layers(model("sd15-t2i")).get("unet"));
        Lora lora = new Lora(RandomLora.of(unet, 3, 2).write(folder.resolve("unet.safetensors")));
        TextToImageRequest request = TextToImageRequest.builder("a cat")
                .size(64, 64)
                .numInferenceSteps(1)
                .build();
        try (TextToImagePipeline pipeline = pipeline("sd15-t2i", compiler, DType.FP32)) {
            pipeline.setLoras(List.of(lora));
            float[] expected = pipeline.session().call(() -> {
                try (Denoising run = pipeline.start(request, warning -> {})) {
                    run.step(StepListener.NONE);
                    return run.latents().toFloatArray();
                }
            });
            pipeline.setLoras(List.of());
            float[] rewound = pipeline.session().call(() -> {
                try (Denoising run = pipeline.start(request, warning -> {})) {
                    run.step(StepListener.NONE);
                    pipeline.setLoras(List.of(lora));
                    run.rewind();
                    run.step(StepListener.NONE);
                    return run.latents().toFloatArray();
                }
            });
            assertArrayEquals(expected, rewound);
        }
    }

    /** The sum is rounded to the weights' type once, and removed without a trace. */
    @Test
    void shorterTypesAreRestoredToo() throws Exception {
        assumeTrue(
                DEVICE.equals("cpu"),
                "on a GPU two pipelines may choose other kernels for shorter types; LoraSwitchSpeedTest compares pictures there");
        Lora lora = lora("sdxl-t2i", 1, 0.8);
        try (TextToImagePipeline pipeline = pipeline("sdxl-t2i", "fused", DType.BF16)) {
            float[] base = latents(pipeline, 64);
            pipeline.setLoras(List.of(lora));
            assertArrayEquals(fresh("sdxl-t2i", "fused", DType.BF16, 64, lora), latents(pipeline, 64));
            pipeline.setLoras(List.of());
            assertArrayEquals(base, latents(pipeline, 64));
        }
    }

    /** All files are checked before a weight is touched. */
    @ParameterizedTest
    @ValueSource(strings = {"none", "fused"})
    void whatDoesNotFitChangesNothing(String compiler) throws Exception {
        Lora good = lora("sdxl-t2i", 1, 0.8);
        Lora other = lora("sdxl-t2i", 2, 0.8);
        Path wrong = new TensorFile()
                .zeros("unet.conv_in.lora_A.weight", 2, 4, 3, 3)
                .zeros("unet.conv_in.lora_B.weight", 9, 2, 1, 1)
                .write(folder.resolve("wrong.safetensors"));
        try (TextToImagePipeline pipeline = pipeline("sdxl-t2i", compiler, DType.FP32)) {
            pipeline.setLoras(List.of(good));
            float[] before = latents(pipeline, 64);
            for (List<Lora> loras : List.of(List.of(other, new Lora(wrong)), List.of(other, lora("sd15-t2i", 1, 1)))) {
                String message = assertThrows(IllegalArgumentException.class, () -> pipeline.setLoras(loras))
                        .getMessage();
                assertTrue(message.startsWith(loras.get(1).file().toString()), message);
                assertTrue(message.contains("a LoRA for another model?"), message);
            }
            assertThrows(
                    IOException.class,
                    () -> pipeline.setLoras(List.of(other, new Lora(folder.resolve("absent.safetensors")))));
            assertEquals(List.of(good), pipeline.loras());
            assertArrayEquals(before, latents(pipeline, 64));
        }
    }

    /** Switching again and again takes no more memory. */
    @ParameterizedTest
    @MethodSource("compilers")
    void nothingIsLeftOver(String compiler) throws Exception {
        Lora a = lora("sd15-t2i", 1, 0.8);
        Lora b = lora("sd15-t2i", 2, 0.8);
        try (TextToImagePipeline pipeline = pipeline("sd15-t2i", compiler, DType.FP32)) {
            latents(pipeline, 64);
            int arrays = 0;
            for (int i = 0; i < 4; i++) {
                pipeline.setLoras(List.of(i % 2 == 0 ? a : b));
                latents(pipeline, 64);
                int now = pipeline.session().manager().getManagedArrays().size();
                assertEquals(i < 2 ? now : arrays, now);
                arrays = now;
            }
        }
    }
}
