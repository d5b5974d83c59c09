package org.diffusionjmh.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProgramVersionTest {
    private static final String PASS = "org/diffusionjmh/pass/Pass.class";
    private static final String KERNELS = "kernels/fused.cu";
    private static final String OTHER = "com/example/Other.class";

    @TempDir
    Path folder;

    private Path write(String name, String content) throws IOException {
        Path file = folder.resolve("classes").resolve(name);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, content);
    }

    private Path jar(String pass, String other) throws IOException {
        Path jar = Files.createTempFile(folder, "program", ".jar");
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(jar))) {
            zip.putNextEntry(new ZipEntry(PASS));
            zip.write(pass.getBytes(StandardCharsets.UTF_8));
            zip.putNextEntry(new ZipEntry(OTHER));
            zip.write(other.getBytes(StandardCharsets.UTF_8));
        }
        return jar;
    }

    /** A class of a pass, or a kernel, that changes is another program; the libraries have versions of their own. */
    @Test
    void whatChangesInAFolderIsSeen() throws IOException {
        write(PASS, "one");
        write(KERNELS, "one");
        write(OTHER, "one");
        Path classes = folder.resolve("classes");
        String before = ProgramVersion.digest(classes);
        write(OTHER, "two");
        assertEquals(before, ProgramVersion.digest(classes));
        write(PASS, "two");
        String changed = ProgramVersion.digest(classes);
        assertNotEquals(before, changed);
        write(KERNELS, "two");
        assertNotEquals(changed, ProgramVersion.digest(classes));
    }

    @Test
    void whatChangesInAJarIsSeen() throws IOException {
        String before = ProgramVersion.digest(jar("one", "one"));
        assertEquals(before, ProgramVersion.digest(jar("one", "two")));
        assertNotEquals(before, ProgramVersion.digest(jar("two", "one")));
    }

    @Test
    void thisProgramHasOne() {
        assertTrue(Digest.isDigest(ProgramVersion.digest()));
    }
}
