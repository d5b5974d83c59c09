package org.diffusionjmh.cache;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SavedArtifactsTest {
    private static final byte[] CONTENT = {1, 2, 3};

    @TempDir
    Path folder;

    private final RecordedLog log = new RecordedLog();

    private static ArtifactKey key(String name, String gpu, String graph) {
        return new ArtifactKey(
                "network",
                Map.of(ArtifactKey.NAME, name, "gpu", gpu, "graph", Digest.of(graph.getBytes(StandardCharsets.UTF_8))));
    }

    /** What differs is told, of the entry of the same name that comes nearest. */
    @Test
    void tellsInWhatAnEntryDiffers() {
        SavedArtifacts saved = SavedArtifacts.at(folder, log);
        saved.keep(key("vae", "H200", "v"), CONTENT);
        saved.keep(key("unet", "H100", "u"), CONTENT);
        assertEquals(Optional.empty(), saved.find(key("unet", "H200", "u")));
        assertEquals(
                List.of(folder + " has nothing that fits for network 'unet'; the nearest it has differs in"
                        + " gpu (there H100, here H200); it is made anew"),
                log.warnings());
    }

    @Test
    void aDigestIsNotRead() {
        SavedArtifacts saved = SavedArtifacts.at(folder, log);
        saved.keep(key("unet", "H200", "u"), CONTENT);
        assertEquals(Optional.empty(), saved.find(key("unet", "H200", "another")));
        assertTrue(log.warnings().get(0).endsWith("differs in graph; it is made anew"), log.warnings()::toString);
    }

    /** Entries for several GPUs stand side by side. */
    @Test
    void keepsAllThatIsSavedThere() {
        SavedArtifacts.at(folder, log).keep(key("unet", "H100", "u"), CONTENT);
        SavedArtifacts.at(folder, log).keep(key("unet", "H200", "u"), new byte[] {4});
        assertArrayEquals(
                CONTENT,
                SavedArtifacts.at(folder, log).find(key("unet", "H100", "u")).orElseThrow());
        assertEquals(List.of(), log.warnings());
    }

    @Test
    void aFolderWithoutEntriesIsRefused() {
        for (Path none : List.of(folder, folder.resolve("none"))) {
            String message = assertThrows(IllegalArgumentException.class, () -> SavedArtifacts.requireEntries(none))
                    .getMessage();
            assertEquals(none + ": holds no compiled pipeline; --save-compiled makes one", message);
        }
    }

    /** Nobody's files are mixed with what is saved. */
    @Test
    void aFolderOfSomethingElseIsRefused() throws IOException {
        SavedArtifacts.requireWritable(folder.resolve("a/new/one"));
        SavedArtifacts.at(folder, log).keep(key("unet", "H100", "u"), CONTENT);
        SavedArtifacts.requireWritable(folder.resolve("a/new/one"));
        Path file = Files.createFile(folder.resolve("letter.txt"));
        assertThrows(IllegalArgumentException.class, () -> SavedArtifacts.requireWritable(folder));
        assertThrows(IllegalArgumentException.class, () -> SavedArtifacts.requireWritable(file));
    }
}
