package org.diffusionjmh.libtorch;

import ai.djl.Device;
import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.diffusionjmh.cache.ArtifactFormat;
import org.diffusionjmh.cache.ArtifactKey;
import org.diffusionjmh.cache.Artifacts;
import org.diffusionjmh.cache.Digest;
import org.diffusionjmh.libtorch.CudaDriver.Attribute;

/** Kernels compiled for one device at run time. */
public final class CudaKernels implements AutoCloseable {
    /** The kind of entries. */
    private static final String KIND = "kernels";

    private static final int DECIMAL = 10;

    /** The first architecture on which kernels can be set up before the one before them has ended. */
    private static final int HOPPER = 90;

    /** After an architecture's number: with instructions that no other one has. */
    private static final String SPECIFIC = "a";

    private final CudaRuntime runtime;
    private final CudaDriver driver;
    private final int device;
    private final Pointer module;
    private final int multiprocessors;
    private final int architecture;
    private final ArtifactKey key;
    private final byte[] cubin;

    private CudaKernels(
            CudaRuntime runtime, CudaDriver driver, int device, Pointer module, ArtifactKey key, byte[] cubin) {
        this.runtime = runtime;
        this.driver = driver;
        this.device = device;
        this.module = module;
        this.multiprocessors = driver.attribute(Attribute.MULTIPROCESSORS);
        this.architecture = architecture(driver);
        this.key = key;
        this.cubin = cubin;
    }

    /**
     * Compiles kernels for a GPU's own architecture, if no earlier process has, and loads them there.
     *
     * @param source CUDA C++ that includes nothing; from architecture 90 on its kernels begin with {@code griddepcontrol.wait}
     * @param name what messages call the source
     * @param artifacts where compiled kernels are kept
     * @throws IllegalStateException if that cannot be done; the message says why, with the compiler's log if there is one
     */
    public static CudaKernels compile(String source, String name, Device device, Artifacts artifacts) {
        return compile(source, name, device, "", artifacts);
    }

    /**
     * Compiles kernels as {@link #compile(String, String, Device, Artifacts)} does, for instructions that no later architecture has.
     *
     * @throws IllegalStateException if that cannot be done; the message says why, with the compiler's log if there is one
     */
    public static CudaKernels compileSpecific(String source, String name, Device device, Artifacts artifacts) {
        return compile(source, name, device, SPECIFIC, artifacts);
    }

    private static CudaKernels compile(String source, String name, Device device, String suffix, Artifacts artifacts) {
        if (!device.isGpu()) {
            throw new IllegalStateException("CUDA kernels need a GPU, and this runs on the " + device.getDeviceType());
        }
        CudaRuntime runtime = CudaRuntime.load();
        runtime.setDevice(device.getDeviceId());
        runtime.makeContext();
        CudaDriver driver = CudaDriver.load();
        String architecture = architecture(driver) + suffix;
        Nvrtc nvrtc = Nvrtc.load();
        ArtifactKey key = new ArtifactKey(
                KIND,
                Map.of(
                        ArtifactKey.NAME,
                        name,
                        "source",
                        Digest.of(source.getBytes(StandardCharsets.UTF_8)),
                        "nvrtc",
                        nvrtc.version(),
                        "nvrtc options",
                        String.join(" ", Nvrtc.options(architecture))));
        byte[] cubin = artifacts.get(key, ArtifactFormat.BYTES, () -> nvrtc.compile(source, name, architecture));
        return new CudaKernels(runtime, driver, device.getDeviceId(), driver.loadModule(cubin), key, cubin);
    }

    /** Keeps the compiled kernels, which may have been compiled for somebody else. */
    public void keep(Artifacts artifacts) {
        artifacts.keep(key, ArtifactFormat.BYTES, cubin);
    }

    private static int architecture(CudaDriver driver) {
        return DECIMAL * driver.attribute(Attribute.COMPUTE_CAPABILITY_MAJOR)
                + driver.attribute(Attribute.COMPUTE_CAPABILITY_MINOR);
    }

    /** The device's compute capability times ten: 90 for 9.0. */
    public int architecture() {
        return architecture;
    }

    /** Multiprocessors of the device: the number of blocks that keeps it busy is a multiple. */
    public int multiprocessors() {
        return multiprocessors;
    }

    /**
     * A kernel by its name.
     *
     * @throws IllegalStateException if the source has none of that name
     */
    public CudaKernel kernel(String name) {
        return kernel(name, 0);
    }

    int blocksAtOnce(Pointer function, CudaKernel.Block block) {
        runtime.setDevice(device);
        return multiprocessors * driver.residentBlocks(function, block);
    }

    /**
     * A kernel by its name whose blocks share more memory than it declares.
     *
     * @param sharedBytes how much more each block has
     * @throws IllegalStateException if the source has none of that name, or the device has not as much memory
     */
    public CudaKernel kernel(String name, int sharedBytes) {
        runtime.setDevice(device);
        Pointer function = driver.function(module, name);
        if (sharedBytes > 0) {
            driver.allowSharedBytes(function, sharedBytes);
        }
        return new CudaKernel(this, function, sharedBytes);
    }

    TensorMap tensorMap(TensorMap.Layout layout) {
        runtime.setDevice(device);
        TensorMap map = new TensorMap();
        driver.encode(layout, map.pointer());
        return map;
    }

    void launch(Pointer function, CudaKernel.Grid grid, CudaKernel.Block block, Memory parameters) {
        runtime.setDevice(device);
        Pointer stream = CurrentStream.get(device);
        if (architecture < HOPPER) {
            driver.launch(function, grid, block, stream, parameters);
            return;
        }
        try (LaunchConfiguration configuration = new LaunchConfiguration(grid, block, stream)) {
            driver.launchEarly(function, configuration, parameters);
        }
    }

    /** Unloads the kernels, once the device has done what was launched. */
    @Override
    public void close() {
        runtime.setDevice(device);
        runtime.synchronizeDevice();
        driver.unloadModule(module);
    }
}
