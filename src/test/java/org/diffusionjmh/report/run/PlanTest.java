package org.diffusionjmh.report.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.diffusionjmh.report.BenchmarkNames;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.runner.NoBenchmarksException;
import org.openjdk.jmh.runner.options.CommandLineOptions;

/** The plan is JMH's own: what its options say, in its order, and nothing runs for it. */
class PlanTest {
    private static Plan plan(String... args) throws Exception {
        return Plan.of(new CommandLineOptions(args));
    }

    @Test
    void theMatrixIsJmhs() throws Exception {
        Plan plan = plan(
                "RealVisXlV40", "-p", "compiler=none,fused", "-p", "resolution=512", "-f", "4", "-i", "7", "-wi", "0");
        assertTrue(plan.forkByFork());
        assertEquals(
                List.of("generate none", "generate fused", "step none", "step fused"),
                plan.benchmarks().stream()
                        .map(benchmark ->
                                BenchmarkNames.shortName(benchmark.getBenchmark())
                                                .replace("RealVisXlV40.", "") + " " + benchmark.getParam("compiler"))
                        .toList());
        assertEquals(4, plan.benchmarks().get(0).getForks());
        assertEquals(7, plan.benchmarks().get(0).getMeasurement().getCount());
        assertEquals(0, plan.benchmarks().get(0).getWarmup().getCount());
    }

    @Test
    void whatCannotBeForkedApartIsLeftToJmh() throws Exception {
        assertFalse(plan("RealVisXlV40", "-f", "0").forkByFork());
        assertFalse(plan("RealVisXlV40", "-wm", "BULK").forkByFork());
    }

    @Test
    void mistakesAreJmhs() {
        assertThrows(NoBenchmarksException.class, () -> plan("nosuch"));
    }
}
