package org.diffusionjmh.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
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

    private int generate(String model, Path picture) {
        return output.run(
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
                picture.toString());
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
