package org.diffusionjmh.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.diffusionjmh.compiler.Compilers;
import org.junit.jupiter.api.Test;

class DoctorCommandTest {
    /** Every compiler is tried on the CPU and works there; what cannot be had there is told, with the reason. */
    @Test
    void tellsWhatEachCompilerDoesHere() {
        CommandOutput output = new CommandOutput();
        assertEquals(0, output.run("doctor"), output::out);
        List<String> lines = output.out().lines().toList();
        assertTrue(lines.containsAll(List.of(
                "Machine",
                "Hugging Face cache",
                "Compile cache",
                "libtorch",
                "GPU",
                "CPU",
                "Compilers with --device cpu")));
        assertTrue(
                lines.stream().anyMatch(line -> line.matches("  to delete it: rm -r '.*compile-cache'")), output::out);
        assertTrue(lines.contains("  operators of this project: usable"), output::out);
        Compilers.all()
                .forEach(compiler -> assertTrue(
                        lines.stream().anyMatch(line -> line.matches("  " + compiler.id() + " +works: .*")),
                        output::out));
        assertTrue(output.out().contains("but cudagraph runs as none does: CUDA graphs need a GPU"), output::out);
    }
}
