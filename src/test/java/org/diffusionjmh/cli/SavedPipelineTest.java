package org.diffusionjmh.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SavedPipelineTest {
    @TempDir
    Path folder;

    private CommandOutput output = new CommandOutput();

    private int generate(Path picture, String... options) {
        output = new CommandOutput();
        List<String> all = new ArrayList<>(
                List.of(("generate --model sd15 --device cpu --scale mini --height 64 --width 64 --steps 2 --warmups 0"
                                + " --no-compile-cache --output-image " + picture)
                        .split(" ")));
        all.addAll(Arrays.asList(options));
        return output.run(all.toArray(String[]::new));
    }

    private byte[] picture(String... options) throws IOException {
        Path picture = folder.resolve("picture.png");
        assertEquals(0, generate(picture, options), () -> output.err());
        return Files.readAllBytes(picture);
    }

    private void assertTold(String pattern) {
        String all = output.out() + output.err();
        assertTrue(all.lines().anyMatch(line -> line.matches(pattern)), () -> pattern + "\n" + all);
    }

    /** Saved and loaded, the pipeline makes the same picture without compiling; what is damaged or does not fit is compiled. */
    @Test
    void aLoadedPipelineMakesTheSamePicture() throws IOException {
        String saved = folder.resolve("saved").toString();
        byte[] plain = picture("--compiler", "fused");
        assertFalse(output.out().contains("Compile cache"), "nothing is kept without being asked for");
        assertArrayEquals(plain, picture("--compiler", "fused", "--save-compiled", saved));
        assertTold("Compile cache: +cold \\(0 of 3 parts found\\)");
        assertArrayEquals(plain, picture("--compiler", "fused", "--load-compiled", saved));
        assertTold("Compile cache: +warm \\(3 of 3 parts found\\)");

        picture("--compiler", "fused{\"memory_format\": \"contiguous\"}", "--load-compiled", saved);
        assertTold("warning: .*saved has nothing that fits for network 'unet'; the nearest it has differs in options"
                + " \\(there .*channels_last.*, here .*contiguous.*\\); it is made anew");
        assertTold("Compile cache: +cold \\(0 of 3 parts found\\)");

        try (Stream<Path> files = Files.list(Path.of(saved))) {
            Path file = files.findFirst().orElseThrow();
            byte[] bytes = Files.readAllBytes(file);
            bytes[bytes.length / 2] ^= 4;
            Files.write(file, bytes);
        }
        assertArrayEquals(plain, picture("--compiler", "fused", "--load-compiled", saved));
        assertTold("warning: .*saved.* is damaged and not used: its checksum is wrong");
        assertTold("Compile cache: +partly warm \\(2 of 3 parts found\\)");
    }

    @Test
    void whatCannotBeSavedOrLoadedIsAnError() {
        Path picture = folder.resolve("picture.png");
        assertEquals(2, generate(picture, "--compiler", "fused", "--load-compiled", folder.toString()));
        assertTold(".*: holds no compiled pipeline; --save-compiled makes one");
        assertEquals(
                2, generate(picture, "--save-compiled", folder.resolve("new").toString()));
        assertTold(".*compiler 'none' makes nothing to save or to load; fused does");
        assertFalse(Files.exists(picture));
    }
}
