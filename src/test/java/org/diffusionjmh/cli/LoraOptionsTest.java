package org.diffusionjmh.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.diffusionjmh.image.RgbImage;
import org.diffusionjmh.lora.Lora;
import org.diffusionjmh.lora.RandomLora;
import org.diffusionjmh.source.BuiltInFiles;
import org.diffusionjmh.source.BuiltInModel;
import org.diffusionjmh.source.Scale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class LoraOptionsTest {
    private static final String MODEL =
            "generate --model sd15 --device cpu --scale mini --height 64 --width 64 --steps 2"
                    + " --warmups 0 --output-image ";

    @TempDir
    private Path folder;

    private final CommandOutput output = new CommandOutput();

    private static List<Lora> parsed(String... options) {
        LoraOptions loras = new LoraOptions();
        new CommandLine(CommandLine.Model.CommandSpec.create()
                        .addMixin("lora", CommandLine.Model.CommandSpec.forAnnotatedObject(loras)))
                .parseArgs(options);
        return loras.loras();
    }

    @Test
    void eachHasItsScale() {
        assertEquals(List.of(), parsed());
        assertEquals(
                List.of(
                        new Lora(Path.of("a.safetensors"), 0.8),
                        new Lora(Path.of("b.safetensors"), 1),
                        new Lora(Path.of("a"), -2)),
                parsed("--lora", "a.safetensors:0.8", "--lora", "b.safetensors", "--lora=a:-2"));
    }

    /** A file that is there may have a colon in its name. */
    @Test
    void aColonMayBelongToTheName() throws IOException {
        Path file = Files.createFile(folder.resolve("style:2"));
        assertEquals(List.of(new Lora(file, 1)), parsed("--lora", file.toString()));
        assertEquals(List.of(new Lora(file, 0.5)), parsed("--lora", file + ":0.5"));
        assertEquals(List.of(new Lora(Path.of("a:b/c"), 1)), parsed("--lora", "a:b/c"));
    }

    @Test
    void lorasChangeThePicture() throws IOException {
        Path lora = folder.resolve("lora.safetensors");
        try (NDManager manager = NDManager.newBaseManager(Device.cpu());
                BuiltInFiles files = new BuiltInFiles(BuiltInModel.STABLE_DIFFUSION_V1_5, Scale.MINI, manager)) {
            RandomLora.of(RandomLora.layers(files), 1, 2).write(lora);
        }
        RgbImage plain = generate("plain.png");
        RgbImage nothing = generate("nothing.png", "--lora", lora + ":0");
        RgbImage both = generate("both.png", "--lora", lora + ":0.5", "--lora", lora + ":0.5");
        assertEquals(plain, nothing);
        assertNotEquals(plain, both);
    }

    private RgbImage generate(String name, String... options) throws IOException {
        Path picture = folder.resolve(name);
        String[] words = Stream.concat(Stream.of((MODEL + picture).split(" ")), Stream.of(options))
                .toArray(String[]::new);
        assertEquals(0, output.run(words), output::err);
        return RgbImage.read(picture);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    absent.safetensors     | absent.safetensors: no such file
                    absent.safetensors:1   | absent.safetensors: no such file
                    a.safetensors:much     | --lora a.safetensors:much: scale is 'much', want a number
                    a.safetensors:Infinity | LoRA a.safetensors: scale is Infinity, want a finite number
                    pom.xml                | pom.xml: at byte 0
                    """)
    void mistakesAreOneLine(String option, String message) {
        assertEquals(2, output.run("generate", "--lora", option));
        List<String> lines = output.err().lines().toList();
        assertEquals(1, lines.size(), lines::toString);
        assertTrue(lines.get(0).startsWith("error: " + message), lines::toString);
    }
}
