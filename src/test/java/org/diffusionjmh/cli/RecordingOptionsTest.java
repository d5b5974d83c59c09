package org.diffusionjmh.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.diffusionjmh.report.RunFiles;
import org.diffusionjmh.report.run.ForkLimit;
import org.diffusionjmh.report.run.Profiling;
import org.junit.jupiter.api.Test;

class RecordingOptionsTest {
    /** Whatever JMH takes must reach it as it is. */
    @Test
    void jmhsArgumentsAreLeftAlone() {
        RecordingOptions options = RecordingOptions.parse(
                "Real.*|Step$",
                "-p",
                "compiler=none,fused{\"mode\":\"x\"}",
                "--fork-timeout",
                "15m",
                "-prof",
                "gc",
                "-jvmArgs",
                "-Xmx4g -Da=b",
                "--keep-pictures",
                "--no-figures",
                "-rff",
                "a b.csv",
                "--resume=old.csv",
                "-wi",
                "0",
                "@file");
        assertArrayEquals(
                new String[] {
                    "Real.*|Step$", "-p", "compiler=none,fused{\"mode\":\"x\"}", "-prof", "gc", "-jvmArgs",
                    "-Xmx4g -Da=b", "-rff", "a b.csv", "-wi", "0", "@file"
                },
                options.others());
        assertEquals(new ForkLimit(Optional.of(Duration.ofMinutes(15))), options.forkLimit());
        assertEquals(Optional.of(Path.of("old.csv")), options.resume());
        RunFiles files = new RunFiles(Path.of("a b.csv"));
        assertEquals(new Profiling(false, Optional.of(files.pictures())), options.profiling(files));
    }

    @Test
    void aWrongTimeIsRefused() {
        for (String wrong : new String[] {"15", "m", "0s", "1.5h", "-3s"}) {
            IllegalArgumentException e =
                    assertThrows(IllegalArgumentException.class, () -> RecordingOptions.parse("--fork-timeout", wrong));
            assertTrue(e.getMessage().contains("'" + wrong + "' is no time; want 90s"), e::getMessage);
        }
    }
}
