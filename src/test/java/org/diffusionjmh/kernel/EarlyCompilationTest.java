package org.diffusionjmh.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class EarlyCompilationTest {
    /** Compiling goes on beside its caller, which the first piece of work waits for here, and on threads that do not keep the JVM alive. */
    @Test
    void compilesBesideOtherWork() throws InterruptedException {
        CountDownLatch caller = new CountDownLatch(1);
        CountDownLatch compiled = new CountDownLatch(1);
        boolean[] daemon = new boolean[1];
        new EarlyCompilation().execute(() -> {
            await(caller);
            daemon[0] = Thread.currentThread().isDaemon();
            compiled.countDown();
        });
        assertEquals(1, compiled.getCount());
        caller.countDown();
        assertTrue(compiled.await(10, TimeUnit.SECONDS));
        assertTrue(daemon[0]);
    }

    /** Who needs a kernel that could not be compiled is told then; others are compiled all the same. */
    @Test
    void aFailureIsNobodysYet() throws InterruptedException {
        CountDownLatch compiled = new CountDownLatch(1);
        EarlyCompilation early = new EarlyCompilation();
        for (int i = 0; i < 2 * Runtime.getRuntime().availableProcessors(); i++) {
            early.execute(() -> {
                throw new IllegalStateException("does not compile");
            });
        }
        early.execute(compiled::countDown);
        assertTrue(compiled.await(10, TimeUnit.SECONDS));
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
