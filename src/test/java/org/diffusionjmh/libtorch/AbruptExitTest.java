package org.diffusionjmh.libtorch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AbruptExitTest {
    private static final int STATUS = 7;

    @TempDir
    Path folder;

    /** A JVM that exits while its session computes ends with its own status, and leaves no crash report behind. */
    @Test
    void aBusySessionDoesNotCrashTheExit() throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Busy.class.getName())
                .directory(folder.toFile())
                .inheritIO()
                .start();
        assertTrue(process.waitFor(2, TimeUnit.MINUTES));
        assertEquals(STATUS, process.exitValue());
        assertArrayEquals(new String[0], folder.toFile().list());
    }

    /** Exits amid an endless product of matrices. */
    static final class Busy {
        private Busy() {}

        public static void main(String[] args) throws InterruptedException {
            TorchSession session = TorchSession.open("cpu");
            CountDownLatch started = new CountDownLatch(1);
            Thread caller = new Thread(() -> multiply(session, started));
            caller.setDaemon(true);
            caller.start();
            started.await();
            System.exit(STATUS);
        }

        private static void multiply(TorchSession session, CountDownLatch started) {
            try {
                session.call(() -> {
                    NDArray matrix = session.manager().ones(new Shape(512, 512));
                    started.countDown();
                    while (true) {
                        matrix.matMul(matrix).close();
                    }
                });
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
