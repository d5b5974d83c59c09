package org.diffusionjmh.report;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WritableFoldersTest {
    @TempDir
    Path folder;

    /** The folders are made, and nothing else is left behind. */
    @Test
    void createsFolders() throws IOException {
        Path file = folder.resolve("a/b/results.csv");
        WritableFolders.require(file);
        assertTrue(Files.isDirectory(file.getParent()));
        assertArrayEquals(new String[0], file.getParent().toFile().list());
    }

    @Test
    void refusesAFolderAsFile() {
        IOException error = assertThrows(IOException.class, () -> WritableFolders.require(folder));
        assertEquals("cannot write " + folder + ": it is a folder", error.getMessage());
    }

    @Test
    void refusesAFileAsFolder() throws IOException {
        Path file = Files.createFile(folder.resolve("occupied"));
        IOException error = assertThrows(IOException.class, () -> WritableFolders.require(file.resolve("x.csv")));
        assertEquals("cannot write " + file.resolve("x.csv") + ": " + file + " is no folder", error.getMessage());
    }
}
