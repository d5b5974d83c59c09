package org.diffusionjmh.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.diffusionjmh.lora.Lora;
import org.diffusionjmh.lora.LoraFile;
import picocli.CommandLine.Option;

/** The options about LoRAs. */
final class LoraOptions {
    private static final Pattern WITH_SCALE = Pattern.compile("(.+):([^:/\\\\]+)");

    @Option(
            names = "--lora",
            paramLabel = "FILE[:SCALE]",
            description = "LoRA to fuse into the weights, a safetensors file of PEFT, diffusers or kohya; can be given"
                    + " several times. Default of a scale: 1")
    private List<String> loras = List.of();

    /**
     * Finds what is wrong with the files in themselves, before a model is loaded.
     *
     * @throws IOException if one cannot be read
     * @throws IllegalArgumentException if one is no LoRA or has no legal scale
     */
    void check() throws IOException {
        for (Lora lora : loras()) {
            LoraFile.open(lora.file()).close();
        }
    }

    /**
     * The LoRAs, in their order.
     *
     * @throws IllegalArgumentException if one has no legal scale
     */
    List<Lora> loras() {
        return loras.stream().map(LoraOptions::lora).toList();
    }

    /** A colon may also belong to the file's name. */
    private static Lora lora(String option) {
        Matcher matcher = WITH_SCALE.matcher(option);
        if (!matcher.matches() || Files.exists(Path.of(option))) {
            return new Lora(Path.of(option));
        }
        try {
            return new Lora(Path.of(matcher.group(1)), Double.parseDouble(matcher.group(2)));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "--lora " + option + ": scale is '" + matcher.group(2) + "', want a number", e);
        }
    }
}
