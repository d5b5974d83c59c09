package org.diffusionjmh.kernel;

import ai.djl.Device;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.diffusionjmh.cache.Artifacts;
import org.diffusionjmh.libtorch.CudaKernel;
import org.diffusionjmh.libtorch.CudaKernels;

/**
 * Kernels of instructions that GPUs of compute capability 9.0 alone have, on one GPU. Each is compiled when it is first asked for, which
 * takes a second or two.
 *
 * @param <V> what one differs by from another
 */
final class HopperKernels<V extends Record> {
    /** Compute capability times ten. */
    private static final int HOPPER = 90;

    private final Device device;
    private final int architecture;
    private final Function<V, Source> sources;
    private final Executor early;
    private final Map<V, CompletableFuture<Compiled>> kernels = new ConcurrentHashMap<>();
    private final Set<V> expected = ConcurrentHashMap.newKeySet();

    private volatile Artifacts artifacts = Artifacts.none();

    /**
     * A program with one kernel.
     *
     * @param file what messages call it
     * @param text CUDA C++
     * @param kernel the kernel's name
     * @param sharedBytes shared memory of a block
     */
    record Source(String file, String text, String kernel, int sharedBytes) {}

    private record Compiled(CudaKernels source, CudaKernel kernel) {}

    /**
     * @param architecture compute capability of the device times ten
     * @param early compiles what is expected to be needed
     * @param sources the program of each
     */
    HopperKernels(Device device, int architecture, Executor early, Function<V, Source> sources) {
        this.device = device;
        this.architecture = architecture;
        this.early = early;
        this.sources = sources;
    }

    /** Whether they run on the device. */
    boolean areThere() {
        return architecture == HOPPER;
    }

    /** Keeps all that are compiled, and that will be, until another place is named. */
    void keepIn(Artifacts place) {
        artifacts = place;
        kernels.values().stream()
                .filter(compiled -> compiled.isDone() && !compiled.isCompletedExceptionally())
                .forEach(compiled -> compiled.join().source().keep(place));
    }

    /** Compiles a kernel beside other work, if it runs on the device. That many layers expect it makes no difference. */
    void expect(V variant) {
        if (areThere() && expected.add(variant)) {
            early.execute(() -> of(variant));
        }
    }

    /**
     * The kernel.
     *
     * @throws IllegalStateException if it does not run on the device or cannot be compiled
     */
    CudaKernel of(V variant) {
        CompletableFuture<Compiled> own = new CompletableFuture<>();
        CompletableFuture<Compiled> other = kernels.putIfAbsent(variant, own);
        if (other != null) {
            return result(other).kernel();
        }
        Artifacts place = artifacts;
        try {
            Compiled compiled = compile(variant, place);
            own.complete(compiled);
            if (artifacts != place) {
                compiled.source().keep(artifacts); // named meanwhile, when this was not complete
            }
            return compiled.kernel();
        } catch (RuntimeException | Error e) {
            kernels.remove(variant, own); // the next one who asks tries again
            own.completeExceptionally(e);
            throw e;
        }
    }

    /** What another thread has compiled, or will have: waits for it. */
    private static Compiled result(CompletableFuture<Compiled> compiled) {
        try {
            return compiled.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException reason) {
                throw reason;
            }
            throw e;
        }
    }

    private Compiled compile(V variant, Artifacts place) {
        Source source = sources.apply(variant);
        if (!areThere()) {
            throw new IllegalStateException(source.kernel() + ": this kernel is for compute capability " + HOPPER / 10.0
                    + ", the device has " + architecture / 10.0);
        }
        CudaKernels compiled = CudaKernels.compileSpecific(source.text(), source.file(), device, place);
        return new Compiled(compiled, compiled.kernel(source.kernel(), source.sharedBytes()));
    }
}
