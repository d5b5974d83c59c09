package org.diffusionjmh.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.diffusionjmh.cache.Artifacts;
import org.junit.jupiter.api.Test;

/** Without a GPU, on which nothing compiles: who is told, and how often it is tried. */
class HopperKernelsTest {
    private static final int HOPPER = 90;

    private record Variant(int width) {}

    private final AtomicInteger tried = new AtomicInteger();
    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch asked = new CountDownLatch(1);

    private HopperKernels<Variant> kernels(int architecture) {
        return kernels(architecture, new EarlyCompilation());
    }

    private HopperKernels<Variant> kernels(int architecture, Executor early) {
        return new HopperKernels<>(Device.cpu(), architecture, early, this::source);
    }

    private HopperKernels.Source source(Variant variant) {
        tried.incrementAndGet();
        begun.countDown();
        try {
            asked.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        return new HopperKernels.Source("test.cu", "", "test_" + variant.width(), 0);
    }

    private static String failure(Future<?> future) {
        Throwable cause = assertThrows(ExecutionException.class, future::get).getCause();
        assertEquals(IllegalStateException.class, cause.getClass());
        return cause.getMessage();
    }

    /** The second thread waits for the first one's kernel, and learns the same reason; later it is tried again. */
    @Test
    void aKernelIsCompiledOnceForAllWhoAsk() throws Exception {
        HopperKernels<Variant> kernels = kernels(HOPPER);
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            Callable<Object> ask = () -> kernels.of(new Variant(1));
            Future<Object> first = threads.submit(ask);
            begun.await();
            Future<Object> second = threads.submit(() -> {
                asked.countDown();
                return kernels.of(new Variant(1));
            });
            for (Future<Object> future : List.of(first, second)) {
                String reason = failure(future);
                assertTrue(reason.startsWith("CUDA kernels need a GPU"), reason);
            }
            kernels.keepIn(Artifacts.none());
            int before = tried.get();
            assertThrows(IllegalStateException.class, () -> kernels.of(new Variant(1)));
            assertEquals(before + 1, tried.get());
        } finally {
            threads.shutdown();
        }
    }

    @Test
    void otherArchitecturesAreToldWhatAKernelIsFor() {
        asked.countDown();
        HopperKernels<Variant> kernels = kernels(80);
        String reason = assertThrows(IllegalStateException.class, () -> kernels.of(new Variant(2)))
                .getMessage();
        assertEquals("test_2: this kernel is for compute capability 9.0, the device has 8.0", reason);
    }

    /** Nobody waits for what is expected, and a device that has no such kernel is spared the attempt. */
    @Test
    void whatIsExpectedIsCompiledBeside() throws InterruptedException {
        kernels(80).expect(new Variant(3));
        assertEquals(0, tried.get());
        kernels(HOPPER).expect(new Variant(3));
        begun.await();
        asked.countDown();
    }

    /** As many layers of a network do. */
    @Test
    void whatIsExpectedOftenIsBegunOnce() {
        List<Runnable> begun = new ArrayList<>();
        HopperKernels<Variant> kernels = kernels(HOPPER, begun::add);
        for (int layer = 0; layer < 3; layer++) {
            kernels.expect(new Variant(4));
            kernels.expect(new Variant(5));
        }
        assertEquals(2, begun.size());
    }
}
