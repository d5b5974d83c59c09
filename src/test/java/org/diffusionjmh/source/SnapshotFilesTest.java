package org.diffusionjmh.source;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.diffusionjmh.scheduler.Scheduler;
import org.diffusionjmh.weights.Dtype;
import org.diffusionjmh.weights.SafetensorsWriter;
import org.diffusionjmh.weights.SnapshotException;
import org.diffusionjmh.weights.TensorInfo;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Variants: published snapshots have them of some components and not of others. */
class SnapshotFilesTest {
    @TempDir
    private Path folder;

    @BeforeEach
    void write() throws IOException {
        Files.writeString(
                folder.resolve("model_index.json"),
                "{\"_class_name\": \"P\", \"unet\": [\"diffusers\", \"U\"], \"vae\": [\"diffusers\", \"V\"]}");
        weights("unet", "diffusion_pytorch_model.safetensors", 1);
        weights("unet", "diffusion_pytorch_model.fp16.safetensors", 2);
        weights("vae", "diffusion_pytorch_model.safetensors", 3);
    }

    @Test
    void readsTheVariant() throws IOException {
        assertArrayEquals(new float[] {1}, read("unet", Optional.empty()));
        assertArrayEquals(new float[] {2}, read("unet", Optional.of("fp16")));
    }

    @Test
    void aComponentWithoutTheVariantHasItsPlainWeights() throws IOException {
        assertArrayEquals(new float[] {3}, read("vae", Optional.of("fp16")));
    }

    @Test
    void aVariantThatNoComponentHasIsRefused() {
        SnapshotException refusal = assertThrows(SnapshotException.class, () -> read("vae", Optional.of("non_ema")));
        assertTrue(refusal.getMessage().contains("no weights of the variant 'non_ema'"), refusal.getMessage());
    }

    /** Python writes infinities, which JSON has not, into configurations of DPM-Solver. */
    @Test
    void schedulersMayHaveInfinities() throws IOException {
        Files.createDirectories(folder.resolve("scheduler"));
        Files.writeString(
                folder.resolve("model_index.json"),
                "{\"_class_name\": \"P\", \"scheduler\": [\"diffusers\", \"DPMSolverMultistepScheduler\"]}");
        Files.writeString(
                folder.resolve("scheduler/scheduler_config.json"),
                "{\"_class_name\": \"DPMSolverMultistepScheduler\", \"lambda_min_clipped\": -Infinity}");
        try (ModelFiles files = SnapshotFiles.open("m", folder, Optional.empty())) {
            var unused = Scheduler.of(files.schedulerConfig());
            assertEquals(
                    Double.NEGATIVE_INFINITY,
                    files.schedulerConfig().get("lambda_min_clipped").getAsDouble());
        }
    }

    private void weights(String component, String name, float value) throws IOException {
        Path file = Files.createDirectories(folder.resolve(component)).resolve(name);
        Map<String, TensorInfo> tensors = Map.of("w", new TensorInfo(Dtype.F32, new Shape(1)));
        try (NDManager manager = NDManager.newBaseManager(Device.cpu(), "PyTorch");
                SafetensorsWriter writer = SafetensorsWriter.create(file, tensors)) {
            writer.write("w", manager.create(new float[] {value}));
            writer.commit();
        }
    }

    private float[] read(String component, Optional<String> variant) throws IOException {
        try (NDManager manager = NDManager.newBaseManager(Device.cpu(), "PyTorch");
                ModelFiles files = SnapshotFiles.open("m", folder, variant);
                ModelFiles.Weights weights = files.weights(component)) {
            return weights.load("w", new Shape(1), manager, DataType.FLOAT32).toFloatArray();
        }
    }
}
