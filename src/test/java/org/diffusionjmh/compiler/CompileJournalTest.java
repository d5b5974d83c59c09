package org.diffusionjmh.compiler;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Where the time of compiling goes is told once, whatever calls what. */
class CompileJournalTest {
    private final Map<CompilePhase, Long> spent = new EnumMap<>(CompilePhase.class);
    private final CompileJournal journal = new CompileJournal(new CompilerLog() {
        @Override
        public void warn(String message) {}

        @Override
        public void spent(CompilePhase phase, long nanos) {
            spent.merge(phase, nanos, Long::sum);
        }
    });

    private static int sleep(int millis) {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        while (System.nanoTime() < end) {
            Thread.onSpinWait();
        }
        return millis;
    }

    @Test
    void whatIsWithinCountsForItselfOnly() {
        long start = System.nanoTime();
        int result = journal.timed(
                CompilePhase.BUILD,
                () -> sleep(10)
                        + journal.timed(
                                CompilePhase.TUNE, () -> sleep(20) + journal.timed(CompilePhase.LOAD, () -> sleep(5)))
                        + journal.timed(CompilePhase.TUNE, () -> sleep(20)));
        long whole = System.nanoTime() - start;
        assertEquals(55, result);
        long sum = spent.values().stream().mapToLong(Long::longValue).sum();
        assertTrue(sum <= whole, sum + " ns of " + whole);
        assertTrue(spent.get(CompilePhase.TUNE) >= 40_000_000, spent::toString);
        assertTrue(spent.get(CompilePhase.BUILD) >= 10_000_000, spent::toString);
        assertTrue(spent.get(CompilePhase.LOAD) >= 5_000_000, spent::toString);
    }

    @Test
    void whatFailedTookItsTimeToo() {
        assertThrows(
                IllegalStateException.class,
                () -> journal.timed(CompilePhase.CAPTURE, () -> {
                    throw new IllegalStateException("stream is not capturing");
                }));
        assertEquals(Set.of(CompilePhase.CAPTURE), spent.keySet());
    }
}
