package org.diffusionjmh.cache;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CompileCacheTest {
    private static final byte[] CONTENT = {1, 2, 3};

    @TempDir
    Path folder;

    private final RecordedLog log = new RecordedLog();

    private static ArtifactKey key(String name) {
        return new ArtifactKey("network", Map.of(ArtifactKey.NAME, name, "gpu", "A"));
    }

    private Path file(ArtifactKey key) {
        return new EntryFolder(folder).file(key);
    }

    private void lastUsed(String name, Duration ago) throws IOException {
        Files.setLastModifiedTime(file(key(name)), FileTime.from(Instant.now().minus(ago)));
    }

    @Test
    void anotherProcessFindsWhatIsKept() {
        new CompileCache(folder.resolve("new"), log).keep(key("unet"), CONTENT);
        assertArrayEquals(
                CONTENT,
                new CompileCache(folder.resolve("new"), log).find(key("unet")).orElseThrow());
        assertEquals(List.of(), log.warnings());
    }

    /** A cache without an entry is no news. */
    @Test
    void anEntryOfAnythingElseIsNotFound() {
        CompileCache cache = new CompileCache(folder, log);
        cache.keep(key("unet"), CONTENT);
        assertEquals(Optional.empty(), cache.find(key("vae")));
        assertEquals(
                Optional.empty(),
                cache.find(new ArtifactKey("weights", key("unet").fields())));
        assertEquals(
                Optional.empty(), cache.find(new ArtifactKey("network", Map.of(ArtifactKey.NAME, "unet", "gpu", "B"))));
        assertEquals(List.of(), log.warnings());
    }

    @Test
    void aDamagedEntryIsToldAndReplaced() throws IOException {
        CompileCache cache = new CompileCache(folder, log);
        cache.keep(key("unet"), CONTENT);
        byte[] bytes = Files.readAllBytes(file(key("unet")));
        bytes[bytes.length - 1] ^= 1;
        Files.write(file(key("unet")), bytes);
        assertEquals(Optional.empty(), cache.find(key("unet")));
        assertEquals(List.of(file(key("unet")) + " is damaged and not used: its checksum is wrong"), log.warnings());
        cache.keep(key("unet"), CONTENT);
        assertTrue(cache.find(key("unet")).isPresent());
    }

    /** A file that somebody renamed is not what its name says. */
    @Test
    void anotherEntrysFileIsRefused() throws IOException {
        CompileCache cache = new CompileCache(folder, log);
        cache.keep(key("unet"), CONTENT);
        Files.move(file(key("unet")), file(key("vae")));
        assertEquals(Optional.empty(), cache.find(key("vae")));
        assertEquals(List.of(file(key("vae")) + " is damaged and not used: it is another entry's"), log.warnings());
    }

    /** Whatever stands in the way: the cache is a warning, once, and not a failure. */
    @Test
    void aFolderThatCannotBeWrittenIsAWarning() throws IOException {
        Path file = Files.createFile(folder.resolve("file"));
        CompileCache cache = new CompileCache(file.resolve("cache"), log);
        cache.keep(key("unet"), CONTENT);
        cache.keep(key("vae"), CONTENT);
        assertFalse(cache.find(key("unet")).isPresent());
        assertEquals(
                1,
                log.warnings().stream()
                        .filter(warning -> warning.startsWith("what was compiled cannot be kept in " + file))
                        .count(),
                log.warnings()::toString);
    }

    /** Use counts, not age: what was found last stays. */
    @Test
    void theLeastRecentlyUsedGoesFirst() throws IOException {
        long entry = new Entry(key("a"), CONTENT).toBytes().length;
        CompileCache cache = new CompileCache(folder, log, 2 * entry);
        cache.keep(key("a"), CONTENT);
        cache.keep(key("b"), CONTENT);
        lastUsed("a", Duration.ofHours(2));
        lastUsed("b", Duration.ofHours(1));
        assertTrue(cache.find(key("a")).isPresent());
        cache.keep(key("c"), CONTENT);
        assertTrue(cache.find(key("a")).isPresent());
        assertFalse(cache.find(key("b")).isPresent());
        assertTrue(cache.find(key("c")).isPresent());
        assertEquals(new CompileCache.Contents(2, 2 * entry), cache.contents());
    }

    /** What a process that died was writing is removed, what one that lives is writing is not. */
    @Test
    void removesWhatWasNeverFinished() throws IOException {
        Path old = Files.createFile(folder.resolve(".old" + EntryFolder.UNFINISHED));
        Files.setLastModifiedTime(old, FileTime.from(Instant.now().minus(Duration.ofHours(2))));
        Path young = Files.createFile(folder.resolve(".young" + EntryFolder.UNFINISHED));
        new CompileCache(folder, log).keep(key("unet"), CONTENT);
        assertFalse(Files.exists(old));
        assertTrue(Files.exists(young));
    }

    @Test
    void aFolderThatIsNotThereIsEmpty() throws IOException {
        assertEquals(new CompileCache.Contents(0, 0), new CompileCache(folder.resolve("none"), log).contents());
    }

    /** Processes that write, read and remove the same entries at once never see half of one. */
    @Test
    void processesMayShareAFolder() throws IOException, InterruptedException {
        List<Process> processes = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            processes.add(new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-cp",
                            System.getProperty("java.class.path"),
                            SharingProcess.class.getName(),
                            folder.toString())
                    .inheritIO()
                    .start());
        }
        for (Process process : processes) {
            assertEquals(0, process.waitFor());
        }
        try (Stream<Path> files = Files.list(folder)) {
            assertTrue(
                    files.noneMatch(file -> file.toString().endsWith(EntryFolder.UNFINISHED)),
                    "something is left over");
        }
    }
}
