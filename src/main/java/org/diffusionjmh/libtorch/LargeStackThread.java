package org.diffusionjmh.libtorch;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;

/**
 * One thread with a stack large enough for libtorch's JIT, which recurses over a program: 4,000 chained operations overflow the
 * default stack and take the JVM down. Work that is submitted from the thread itself runs at once.
 */
public final class LargeStackThread implements AutoCloseable {
    /** Reserved, not used: pages are mapped when they are touched. */
    private static final long STACK_BYTES = 1L << 29;

    private final AtomicReference<Thread> thread = new AtomicReference<>();
    private final ExecutorService executor;

    public LargeStackThread(String name) {
        executor = Executors.newSingleThreadExecutor(task -> {
            Thread created = new Thread(null, task, name, STACK_BYTES);
            created.setDaemon(true);
            thread.set(created);
            return created;
        });
    }

    /**
     * Runs a task on the thread and waits for it.
     *
     * @throws Exception what the task throws
     */
    @SuppressWarnings("Interruption") // the waiting caller was interrupted: the task is to stop as well
    public <T> T call(Callable<T> task) throws Exception {
        if (Thread.currentThread() == thread.get()) {
            return task.call();
        }
        var future = executor.submit(task);
        try {
            return future.get();
        } catch (ExecutionException e) {
            Throwable cause = e.getCause();
            if (cause instanceof Exception exception) {
                throw exception;
            }
            if (cause instanceof Error error) {
                throw error;
            }
            throw e;
        } catch (InterruptedException e) {
            future.cancel(true);
            throw e;
        }
    }

    @Override
    public void close() {
        executor.shutdown();
    }
}
