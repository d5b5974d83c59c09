package org.diffusionjmh.compiler;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class CacheTallyTest {
    private static CacheTally of(boolean... found) {
        CacheTally tally = new CacheTally();
        for (boolean one : found) {
            tally.add(one);
        }
        return tally;
    }

    /** A figure of compiling is of a cold cache, of a warm one, or of neither: never taken for another. */
    @Test
    void saysHowMuchWasThere() {
        assertTrue(of().isEmpty());
        assertEquals("warm (2 of 2 parts found)", of(true, true).toString());
        assertEquals("cold (0 of 1 parts found)", of(false).toString());
        assertEquals("partly warm (1 of 3 parts found)", of(false, true, false).toString());
    }
}
