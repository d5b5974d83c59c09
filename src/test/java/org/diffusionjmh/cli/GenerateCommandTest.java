package org.diffusionjmh.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class GenerateCommandTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int generate(String... options) {
        CommandLine commandLine = Main.commandLine();
        commandLine.setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
        List<String> args = new ArrayList<>(List.of("generate"));
        args.addAll(List.of(options));
        return commandLine.execute(args.toArray(String[]::new));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    --nosuch 1                    | Unknown options: '--nosuch', '1'; see benchmarks.jar generate --help
                    --height 500                  | height is 500, want a multiple of 8
                    --width -8                    | width is -8, want a multiple of 8
                    --steps 0                     | num_inference_steps is 0, want at least 1
                    --steps many                  | 'many' is not an int
                    --batch 0                     | num_images_per_prompt is 0, want at least 1
                    --warmups -1                  | warmups is -1, want at least 0
                    --dtype fp64                  | unknown dtype 'fp64'; known: auto, bf16, fp16, fp32
                    --scale tiny                  | unknown scale 'tiny'; known: auto, full, mini
                    --compiler fast               | unknown compiler 'fast'; known: none, torchscript
                    --device tpu                  | unknown device 'tpu'
                    --output-image picture.bmp    | picture.bmp: the extension names no known picture format
                    --output-image pom.xml/a.png  | pom.xml is no folder
                    """)
    void mistakesAreOneLine(String options, String message) {
        assertEquals(2, generate(options.split(" ")));
        List<String> lines = err.toString().lines().toList();
        assertEquals(1, lines.size(), lines::toString);
        assertTrue(lines.get(0).startsWith("error: ") && lines.get(0).contains(message), lines::toString);
    }
}
