package org.diffusionjmh.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.diffusionjmh.image.RgbImage;
import org.diffusionjmh.libtorch.LibTorch;
import org.diffusionjmh.report.LastPicture;
import org.diffusionjmh.report.Notes;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Gets into the trouble that it is asked for, once per run where the name says so: then all other forks work. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
public class TroubleBenchmark {
    /** A folder for this run. */
    static final String FOLDER = "trouble.folder";

    @Param("no")
    public String trouble;

    @Param("none")
    public String compiler;

    private boolean hasTrouble;

    @Setup(Level.Trial)
    public void load() throws IOException {
        Notes.clear();
        Notes.mark("mini scale");
        hasTrouble = !trouble.endsWith("-once") || isFirst();
    }

    /** Whether no fork was here before. */
    private boolean isFirst() throws IOException {
        try {
            Files.createFile(Path.of(System.getProperty(FOLDER), trouble));
            return true;
        } catch (FileAlreadyExistsException e) {
            return false;
        }
    }

    @TearDown(Level.Trial)
    public void leavePicture() {
        byte[] pixels = new byte[16 * 16 * RgbImage.CHANNELS];
        pixels[0] = (byte) compiler.length();
        new LastPicture(RgbImage.of(16, 16, pixels), 333).leave();
    }

    @Benchmark
    public void call() throws InterruptedException, IOException {
        Thread.sleep(2);
        if (!hasTrouble) {
            return;
        }
        switch (trouble) {
            case "dies-once" -> Runtime.getRuntime().halt(137);
            case "hangs-once" -> hang();
            case "oom" ->
                throw new IllegalStateException(
                        "cannot generate",
                        new IllegalArgumentException("CUDA out of memory. Tried to allocate 20.00 MiB."));
            case "oom-in-c" -> {
                nativeError(
                        "[E1126 01:02:03.123456789 shim_common.cpp:420] Exception in aoti_torch: CUDA out of memory."
                                + " Tried to allocate 2.00 GiB.\nframe #0: c10::Error::Error\n");
                throw new IllegalStateException("aoti_torch_empty_strided failed; " + LibTorch.REASON_IS_PRINTED);
            }
            case "throws" -> throw new IllegalStateException("this benchmark fails");
            case "slow" -> Thread.sleep(300);
            default -> {}
        }
    }

    /** As native code prints it, past JMH's replacement of Java's error stream. */
    private static void nativeError(String text) throws IOException {
        try (OutputStream errors = new FileOutputStream(FileDescriptor.err)) {
            errors.write(text.getBytes(StandardCharsets.UTF_8));
        }
    }

    /** As native code does, without an ear for interrupts. */
    private static void hang() {
        long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(2);
        while (System.nanoTime() < end) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
        }
    }
}
