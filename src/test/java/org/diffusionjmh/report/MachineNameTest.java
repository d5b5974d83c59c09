package org.diffusionjmh.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MachineNameTest {
    /** What vendors write becomes a short name that is good in file names. */
    @ParameterizedTest
    @CsvSource({
        "AMD EPYC, epyc-2cpu",
        "AMD EPYC 7B13 64-Core Processor, epyc-7b13-2cpu",
        "Intel(R) Xeon(R) Platinum 8468 CPU @ 2.60GHz, xeon-platinum-8468-2cpu",
        "aarch64, aarch64-2cpu",
    })
    void shortensProcessorNames(String model, String name) {
        assertEquals(name, MachineName.cpu(model, 2));
    }

    @Test
    void namesThisMachine() {
        assertTrue(MachineName.cpu().matches("[a-z0-9-]+-\\d+cpu"), MachineName.cpu());
    }
}
