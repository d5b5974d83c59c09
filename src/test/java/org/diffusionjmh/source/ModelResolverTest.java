package org.diffusionjmh.source;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.diffusionjmh.weights.SnapshotException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelResolverTest {
    private static final String ID = "SG161222/RealVisXL_V4.0";
    private static final String HASH = "0123456789abcdef0123456789abcdef01234567";

    private final NDManager manager = NDManager.newBaseManager(Device.cpu(), "PyTorch");
    private final List<String> warnings = new ArrayList<>();

    @TempDir
    private Path folder;

    @AfterEach
    void close() {
        manager.close();
    }

    @Test
    void aFolderIsASnapshot() throws IOException {
        Path snapshot = snapshot(folder.resolve("mine"));
        assertEquals(
                new ModelDescription(snapshot.toString(), "MyPipeline", false, "snapshot"),
                describe(snapshot.toString()));
        assertEquals(List.of(), warnings);
    }

    /** A cached snapshot goes before the built-in model of the same id, under its aliases too. */
    @Test
    void aHubIdIsLookedUpInTheCache() throws IOException {
        Path cached = folder.resolve("hub/models--SG161222--RealVisXL_V4.0");
        snapshot(cached.resolve("snapshots/" + HASH));
        Files.createDirectories(cached.resolve("refs"));
        Files.writeString(cached.resolve("refs/main"), HASH);
        assertEquals(new ModelDescription(ID, "MyPipeline", false, "snapshot"), describe(ID));
        assertEquals(new ModelDescription(ID, "MyPipeline", false, "snapshot"), describe("realvisxl"));
        assertEquals(List.of(), warnings);
    }

    /** Without either the built-in model runs, and says that its weights are made up. */
    @Test
    void aBuiltInModelIsTheLastResort() throws IOException {
        ModelDescription description = describe(ID);
        assertEquals(new ModelDescription(ID, "StableDiffusionXLPipeline", true, "mini"), description);
        assertEquals(description, describe("realvisxl"));
        assertEquals(2, warnings.size());
        assertEquals(warnings.get(0), warnings.get(1));
        assertTrue(
                warnings.get(0)
                        .startsWith(
                                ID + " runs with made-up weights at scale mini: times are real, pictures are noise."),
                warnings.get(0));
        assertTrue(warnings.get(0).contains("hf download " + ID), warnings.get(0));
    }

    /** The pipeline is found where the model would be. */
    @Test
    void tellsThePipelineWithoutOpeningTheModel() throws IOException {
        ModelResolver resolver = ModelResolver.of(Map.of("HF_HOME", folder.toString()));
        assertEquals(
                Optional.of("MyPipeline"),
                resolver.pipelineClass(snapshot(folder.resolve("mine")).toString()));
        assertEquals(Optional.of("PixArtAlphaPipeline"), resolver.pipelineClass("pixart-alpha"));
        assertEquals(Optional.empty(), resolver.pipelineClass("owner/absent"));
        Path cached = folder.resolve("hub/models--PixArt-alpha--PixArt-XL-2-1024-MS");
        snapshot(cached.resolve("snapshots/" + HASH));
        Files.createDirectories(cached.resolve("refs"));
        Files.writeString(cached.resolve("refs/main"), HASH);
        assertEquals(Optional.of("MyPipeline"), resolver.pipelineClass("pixart-alpha"));
    }

    @Test
    void anUnknownNameListsWhatWasTried() {
        String message = assertThrows(IllegalArgumentException.class, () -> describe("owner/absent"))
                .getMessage();
        assertTrue(
                message.startsWith("model 'owner/absent' not found. Looked for:\n  a folder 'owner/absent' in "),
                message);
        assertTrue(message.contains(folder.resolve("hub/models--owner--absent").toString()), message);
        assertTrue(message.contains("\n  a built-in model: " + BuiltInModel.knownNames()), message);
    }

    /** A name that no file system and no hub would take is still answered with the list. */
    @Test
    void aNameThatIsNoPathIsUnknown() {
        for (String name : List.of("", "a\0b", "..x/..", "owner/name/more")) {
            String message = assertThrows(IllegalArgumentException.class, () -> describe(name))
                    .getMessage();
            assertTrue(message.contains("built-in model"), message);
        }
    }

    /** What exists and is no snapshot is an error of its own, not a reason to look further. */
    @Test
    void aFolderWithoutIndexIsRefused() throws IOException {
        Path empty = Files.createDirectory(folder.resolve("empty"));
        assertTrue(assertThrows(SnapshotException.class, () -> describe(empty.toString()))
                .getMessage()
                .startsWith(empty + ": no model_index.json"));
    }

    /** Weights in one file are another tool's format; the message says how to convert it. */
    @Test
    void aSingleFileIsRefused() throws IOException {
        Path file = Files.writeString(folder.resolve("model.safetensors"), "");
        assertTrue(assertThrows(IllegalArgumentException.class, () -> describe(file.toString()))
                .getMessage()
                .contains("from_single_file"));
    }

    private ModelDescription describe(String model) throws IOException {
        ModelResolver resolver = ModelResolver.of(Map.of("HF_HOME", folder.toString()));
        try (ModelFiles files = resolver.resolve(model, Scale.MINI, Optional.empty(), manager, warnings::add)) {
            return files.description();
        }
    }

    private static Path snapshot(Path folder) throws IOException {
        Files.createDirectories(folder);
        Files.writeString(folder.resolve("model_index.json"), "{\"_class_name\": \"MyPipeline\"}");
        return folder;
    }
}
