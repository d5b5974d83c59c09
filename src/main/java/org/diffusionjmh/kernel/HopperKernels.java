package org.diffusionjmh.kernel;

import ai.djl.Device;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
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
    private final Map<V, Compiled> kernels = new ConcurrentHashMap<>();

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
     * @param sources the program of each
     */
    HopperKernels(Device device, int architecture, Function<V, Source> sources) {
        this.device = device;
        this.architecture = architecture;
        this.sources = sources;
    }

    /** Whether they run on the device. */
    boolean areThere() {
        return architecture == HOPPER;
    }

    /** Keeps all that are compiled, and that will be, until another place is named. */
    void keepIn(Artifacts place) {
        artifacts = place;
        kernels.values().forEach(compiled -> compiled.source().keep(place));
    }

    /**
     * The kernel.
     *
     * @throws IllegalStateException if it does not run on the device or cannot be compiled
     */
    CudaKernel of(V variant) {
        return kernels.computeIfAbsent(variant, this::compile).kernel();
    }

    private Compiled compile(V variant) {
        Source source = sources.apply(variant);
        if (!areThere()) {
            throw new IllegalStateException(source.kernel() + ": this kernel is for compute capability " + HOPPER / 10.0
                    + ", the device has " + architecture / 10.0);
        }
        CudaKernels compiled = CudaKernels.compileSpecific(source.text(), source.file(), device, artifacts);
        return new Compiled(compiled, compiled.kernel(source.kernel(), source.sharedBytes()));
    }
}
