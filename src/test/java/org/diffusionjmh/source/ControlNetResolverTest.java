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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ControlNetResolverTest {
    private static final String ID = "lllyasviel/sd-controlnet-canny";
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
    void aFolderIsAControlNet() throws IOException {
        Path mine = controlNet(folder.resolve("mine"), "ControlNetModel");
        assertFound(mine.toString(), Optional.empty(), mine.toString());
        assertEquals(List.of(), warnings);
    }

    /** A cached ControlNet goes before the built-in one of the same id, under its other name too. */
    @Test
    void aHubIdIsLookedUpInTheCache() throws IOException {
        Path cached = folder.resolve("hub/models--lllyasviel--sd-controlnet-canny");
        controlNet(cached.resolve("snapshots/" + HASH), "ControlNetModel");
        Files.createDirectories(cached.resolve("refs"));
        Files.writeString(cached.resolve("refs/main"), HASH);
        assertFound(ID, Optional.empty(), ID);
        assertFound(ID, Optional.empty(), "sd-controlnet-canny");
        assertEquals(List.of(), warnings);
    }

    /** Without either the built-in ControlNet runs, and says that its weights are made up. */
    @Test
    void aBuiltInControlNetIsTheLastResort() throws IOException {
        assertFound(ID, Optional.of(Scale.MINI), "sd-controlnet-canny");
        assertTrue(
                warnings.get(0).startsWith(ID + " runs with made-up weights at scale mini: times are real. "),
                warnings.get(0));
        assertTrue(warnings.get(0).contains("hf download " + ID), warnings.get(0));
    }

    @Test
    void anUnknownNameListsWhatWasTried() {
        for (String name : List.of("owner/absent", "", "a\0b", "owner/name/more")) {
            assertRefused("ControlNet '" + name + "' not found. Looked for:\n  a folder '" + name + "' in ", name);
            assertRefused("\n  a built-in ControlNet: " + BuiltInControlNet.knownNames(), name);
        }
    }

    @Test
    void whatIsNoControlNetIsRefused() throws IOException {
        Path file = Files.writeString(folder.resolve("net.safetensors"), "");
        assertRefused("is a file; want a ControlNet's folder", file.toString());

        Path union = controlNet(folder.resolve("union"), "ControlNetUnionModel");
        assertRefused("config.json: is of a ControlNetUnionModel, want ControlNetModel", union.toString());

        Path pipeline = controlNet(folder.resolve("pipeline"), "ControlNetModel");
        Files.writeString(pipeline.resolve("model_index.json"), "{}");
        assertRefused("is a pipeline's snapshot; want the folder of a ControlNet", pipeline.toString());
    }

    private void assertFound(String name, Optional<Scale> madeUp, String asked) throws IOException {
        try (ControlNetFiles files = resolve(asked)) {
            assertEquals(name, files.name());
            assertEquals(madeUp, files.madeUp());
        }
    }

    private void assertRefused(String reason, String asked) {
        String message = assertThrows(IllegalArgumentException.class, () -> resolve(asked))
                .getMessage();
        assertTrue(message.contains(reason), message);
    }

    private ControlNetFiles resolve(String name) throws IOException {
        return ControlNetResolver.of(Map.of("HF_HOME", folder.toString()))
                .resolve(name, Scale.MINI, Optional.empty(), manager, warnings::add);
    }

    private static Path controlNet(Path folder, String className) throws IOException {
        Files.createDirectories(folder);
        Files.writeString(folder.resolve("config.json"), "{\"_class_name\": \"" + className + "\"}");
        return folder;
    }
}
