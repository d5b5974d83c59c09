package org.diffusionjmh.kernel;

import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Compiles kernels beside other work, before they are needed. What has begun when the JVM exits is waited for: the exit unloads the
 * compiler, which must not be at work then.
 */
final class EarlyCompilation implements Executor {
    private static final long IDLE_SECONDS = 5;

    /** More than the largest kernel takes on a slow machine. */
    private static final long MOST_SECONDS = 60;

    private final ExecutorService threads;

    EarlyCompilation() {
        int count = Math.max(1, Runtime.getRuntime().availableProcessors() - 1); // one is left for what goes on beside
        ThreadPoolExecutor pool = new ThreadPoolExecutor(
                count, count, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), EarlyCompilation::daemon);
        pool.allowCoreThreadTimeOut(true);
        threads = pool;
        Runtime.getRuntime().addShutdownHook(new Thread(this::stop));
    }

    private static Thread daemon(Runnable work) {
        Thread thread = new Thread(work, "kernel-compiler");
        thread.setDaemon(true);
        return thread;
    }

    /** Compiles when a thread is free. Whoever needs what could not be compiled tries again, and learns why. */
    @Override
    public void execute(Runnable compile) {
        try {
            threads.execute(() -> {
                try {
                    compile.run();
                } catch (RuntimeException e) {
                    // Nobody has asked for it yet.
                }
            });
        } catch (RejectedExecutionException e) {
            // The JVM exits.
        }
    }

    private void stop() {
        threads.shutdownNow();
        try {
            threads.awaitTermination(MOST_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
