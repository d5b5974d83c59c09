package org.diffusionjmh.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.diffusionjmh.pipeline.StepListener.DenoisingStep;
import org.junit.jupiter.api.Test;

class StepProgressTest {
    private final StringWriter text = new StringWriter();

    private void run(int steps, boolean terminal) {
        StepProgress progress = new StepProgress("inference", new PrintWriter(text), terminal);
        for (int i = 0; i < steps; i++) {
            progress.onStep(new DenoisingStep(i, steps, null, null, null, null));
        }
    }

    /** On a terminal each step repaints one line, which the last step ends. */
    @Test
    void paintsABarOnATerminal() {
        run(10, true);
        assertEquals(10, text.toString().chars().filter(c -> c == '\r').count());
        assertEquals(
                1,
                text.toString()
                        .lines()
                        .filter(line -> line.contains("step 10 of 10"))
                        .count());
        assertTrue(text.toString().contains("[===                           ] step 1 of 10"), text::toString);
    }

    /** A log gets a few lines however many steps there are, the last step's among them. */
    @Test
    void writesFewLinesToALog() {
        run(50, false);
        assertTrue(text.toString().lines().count() <= 6, text::toString);
        assertTrue(text.toString().contains("step 50 of 50"), text::toString);
    }
}
