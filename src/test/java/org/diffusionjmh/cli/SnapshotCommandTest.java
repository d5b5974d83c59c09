package org.diffusionjmh.cli;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SnapshotCommandTest {
    @TempDir
    Path folder;

    private final CommandOutput output = new CommandOutput();

    /** The picture of a snapshot is the picture of the built-in model it was written of. */
    @Test
    void aSnapshotGeneratesTheSamePicture() throws Exception {
        Path snapshot = folder.resolve("sd15");
        assertEquals(0, output.run("snapshot", "--model", "sd15", "--output", snapshot.toString()), output::err);
        assertTrue(Files.exists(snapshot.resolve("model_index.json")));

        Path ofSnapshot = folder.resolve("snapshot.png");
        Path ofBuiltIn = folder.resolve("builtin.png");
        assertEquals(0, generate(snapshot.toString(), ofSnapshot), output::err);
        assertFalse(output.err().contains("made-up"), output::err);
        assertEquals(0, generate("sd15", ofBuiltIn), output::err);
        assertTrue(output.err().contains("made-up"), output::err);
        assertEquals(-1, Files.mismatch(ofSnapshot, ofBuiltIn));
    }

    /** So is the picture under a ControlNet's. */
    @Test
    void aControlNetSaysTheSame() {
        Path net = folder.resolve("canny");
        assertEquals(
                0, output.run("snapshot", "--model", "sd-controlnet-canny", "--output", net.toString()), output::err);
        Path ofFolder = folder.resolve("folder.png");
        Path ofBuiltIn = folder.resolve("builtin.png");
        assertEquals(0, generate("sd15", ofFolder, "--controlnet", net.toString()), output::err);
        assertFalse(output.err().contains("canny runs with made-up"), output::err);
        assertEquals(0, generate("sd15", ofBuiltIn, "--controlnet", "sd-controlnet-canny"), output::err);
        assertTrue(output.err().contains("canny runs with made-up"), output::err);
        assertDoesNotThrow(() -> assertEquals(-1, Files.mismatch(ofFolder, ofBuiltIn)));
    }

    private int generate(String model, Path picture, String... more) {
        List<String> arguments = new ArrayList<>(List.of(more));
        arguments.addAll(
                0,
                List.of(
                        "generate",
                        "--model",
                        model,
                        "--device",
                        "cpu",
                        "--dtype",
                        "fp32",
                        "--scale",
                        "mini",
                        "--height",
                        "64",
                        "--width",
                        "64",
                        "--steps",
                        "2",
                        "--warmups",
                        "0",
                        "--output-image",
                        picture.toString()));
        return output.run(arguments.toArray(String[]::new));
    }

    @Test
    void anUnknownModelIsAMistake() {
        assertEquals(
                2,
                output.run(
                        "snapshot",
                        "--model",
                        "nosuch",
                        "--output",
                        folder.resolve("x").toString()));
        assertTrue(output.err().startsWith("error: there is no built-in model 'nosuch'; known: "), output::err);
    }

    @Test
    void aFolderThatIsInUseIsAMistake() throws Exception {
        Files.createFile(folder.resolve("something"));
        assertEquals(2, output.run("snapshot", "--model", "sd15", "--output", folder.toString()));
        assertTrue(output.err().startsWith("error: " + folder), output::err);
    }

    @Test
    void theOutputMustBeGiven() {
        assertEquals(2, output.run("snapshot"));
        assertTrue(output.err().contains("--output"), output::err);
    }
}
