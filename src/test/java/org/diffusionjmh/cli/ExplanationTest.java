package org.diffusionjmh.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.diffusionjmh.pass.PassReport;
import org.junit.jupiter.api.Test;

class ExplanationTest {
    private final Explanation explanation = new Explanation();

    /** A network that was compiled for two sizes is told once, if the same was done to it. */
    @Test
    void tellsEachRewriteOnce() {
        explanation.add("unet", List.of(new PassReport("fuse", 2, 10, 8, 1.5), new PassReport("fold", 0, 8, 8, 0)));
        explanation.add("unet", List.of(new PassReport("fuse", 2, 10, 8, 0.1), new PassReport("fold", 0, 8, 8, 0)));
        explanation.add("vae", List.of(new PassReport("fuse", 1, 100, 99, 1)));
        String expected = """
                unet  matches  nodes before  nodes after
                fuse        2            10            8
                fold        0             8            8

                vae   matches  nodes before  nodes after
                fuse        1           100           99
                """;
        assertEquals(expected, explanation.toString().replace("\r\n", "\n"));
    }

    @Test
    void saysIfThereIsNothing() {
        assertEquals("Nothing to explain: this compiler runs the graphs as they are.", explanation.toString());
    }
}
