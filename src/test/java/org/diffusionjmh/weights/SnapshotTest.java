package org.diffusionjmh.weights;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** Snapshot folders of every layout the libraries write, and the ones that cannot be used. */
class SnapshotTest {
    private static final Optional<String> PLAIN = Optional.empty();

    @TempDir
    Path folder;

    @Test
    void theIndexNamesThePipelineAndItsComponents() throws Exception {
        index("""
                {"_class_name": "StableDiffusionPipeline", "requires_safety_checker": false,
                 "unet": ["diffusers", "UNet2DConditionModel"], "safety_checker": [null, null],
                 "scheduler": ["diffusers", "PNDMScheduler"]}""");
        touch("scheduler/scheduler_config.json");
        touch("unet/config.json");
        Snapshot snapshot = Snapshot.open(folder);
        assertEquals("StableDiffusionPipeline", snapshot.pipelineClass());
        assertEquals(Set.of("unet", "scheduler"), snapshot.components());
        assertEquals(Optional.of("UNet2DConditionModel"), snapshot.componentClass("unet"));
        assertEquals(Optional.empty(), snapshot.componentClass("safety_checker"));
        assertEquals(
                folder.resolve("unet/config.json"), snapshot.component("unet").config());
        assertEquals(folder.resolve("scheduler/scheduler_config.json"), snapshot.schedulerConfig());
        assertEquals(false, snapshot.index().get("requires_safety_checker").getAsBoolean());
        assertRefused("no component 'vae'; there are [unet, scheduler]", () -> snapshot.component("vae"));
    }

    @Test
    void whatIsNoSnapshotIsRefused() throws Exception {
        assertRefused("no such folder", () -> Snapshot.open(folder.resolve("missing")));
        assertRefused("no model_index.json", () -> Snapshot.open(folder));
        index("{\"unet\": [1, 2, 3]}");
        assertRefused("'unet' is [1,2,3], want [library, class]", () -> Snapshot.open(folder));
        index("{\"unet\": [\"diffusers\", 2]}");
        assertRefused("'unet' is 2, want the name of a class", () -> Snapshot.open(folder));
        index("nonsense");
        assertRefused("not valid JSON", () -> Snapshot.open(folder));
        index("{}");
        assertRefused("'_class_name' is null", () -> Snapshot.open(folder).pipelineClass());
    }

    @Test
    void anIncompleteSnapshotNamesTheMissingFile() throws Exception {
        index("{\"unet\": [\"diffusers\", \"UNet2DConditionModel\"]}");
        Snapshot snapshot = Snapshot.open(folder);
        assertRefused("unet: no such folder; is the snapshot complete?", () -> snapshot.component("unet"));
        Files.createDirectory(folder.resolve("unet"));
        assertRefused(
                "config.json: no such file", () -> snapshot.component("unet").config());
        assertRefused(
                "no weights; want diffusion_pytorch_model.safetensors or model.safetensors",
                () -> snapshot.weights("unet", PLAIN));
    }

    @Test
    void variantsAreFoundInEveryLayout() throws Exception {
        touch("diffusion_pytorch_model.safetensors");
        touch("diffusion_pytorch_model.fp16.safetensors");
        touch("diffusion_pytorch_model.safetensors.index.bf16.json");
        touch("diffusion_pytorch_model.bf16-00001-of-00002.safetensors");
        touch("diffusion_pytorch_model-00001-of-00002.safetensors");
        touch("diffusion_pytorch_model.non_ema.bin");
        ComponentFolder component = new ComponentFolder(folder);
        assertEquals(List.of("bf16", "fp16"), component.variants());
        assertEquals("diffusion_pytorch_model.safetensors", weightsFile(component, PLAIN));
        assertEquals("diffusion_pytorch_model.fp16.safetensors", weightsFile(component, Optional.of("fp16")));
        assertEquals(
                "diffusion_pytorch_model.safetensors.index.bf16.json", weightsFile(component, Optional.of("bf16")));
        assertRefused(
                "no weights of the variant 'fp8'; there are: the plain ones (no --variant), --variant bf16,"
                        + " --variant fp16",
                () -> component.weightsFile(Optional.of("fp8")));
    }

    @Test
    void plainWeightsThatAreMissingNameTheVariants() throws Exception {
        touch("model.fp16.safetensors");
        assertRefused("no weights without a variant; there are: --variant fp16", () -> new ComponentFolder(folder)
                .weightsFile(PLAIN));
    }

    @Test
    void transformersNamesAreFoundAndASingleFileGoesBeforeShards() throws Exception {
        touch("model.safetensors.index.json");
        ComponentFolder component = new ComponentFolder(folder);
        assertEquals("model.safetensors.index.json", weightsFile(component, PLAIN));
        touch("model.safetensors");
        touch("other.safetensors");
        assertEquals("model.safetensors", weightsFile(component, PLAIN));
        assertEquals(List.of(), component.variants());
    }

    @Test
    void otherFormatsAreRefusedWithTheWayOut() throws Exception {
        touch("diffusion_pytorch_model.bin");
        touch("config.json");
        assertRefused(
                "only [diffusion_pytorch_model.bin], but weights are read from safetensors",
                () -> new ComponentFolder(folder).weights(PLAIN));
    }

    private static String weightsFile(ComponentFolder component, Optional<String> variant) throws IOException {
        return component.weightsFile(variant).getFileName().toString();
    }

    private void assertRefused(String reason, Executable action) {
        SnapshotException refusal = assertThrows(SnapshotException.class, action);
        assertTrue(refusal.getMessage().startsWith(folder.toString()), refusal.getMessage());
        assertTrue(refusal.getMessage().contains(reason), refusal.getMessage());
    }

    private void index(String json) throws IOException {
        Files.writeString(folder.resolve("model_index.json"), json);
    }

    private void touch(String name) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, "{}");
    }
}
