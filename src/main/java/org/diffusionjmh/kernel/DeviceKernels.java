package org.diffusionjmh.kernel;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.diffusionjmh.cache.Artifacts;
import org.diffusionjmh.libtorch.CudaKernel;
import org.diffusionjmh.libtorch.CudaKernels;
import org.diffusionjmh.libtorch.ScalarType;
import org.diffusionjmh.libtorch.TensorMemory;

/** The kernels of {@code fused.cu} on one GPU. */
final class DeviceKernels {
    /** {@code threads} in the source: of every block. */
    static final int THREADS = 256;

    private static final String SOURCE = "/kernels/fused.cu";

    private static final int WIDE_BYTES = 16;

    private static final Set<ScalarType> TYPES = Set.of(ScalarType.FLOAT32, ScalarType.FLOAT16, ScalarType.BFLOAT16);

    private final CudaKernels kernels;
    private final ProductKernels products;
    private final AttentionKernels attention;
    private final ConvKernels convolutions;
    private final Map<String, CudaKernel> byName = new ConcurrentHashMap<>();

    private DeviceKernels(CudaKernels kernels, Device device) {
        this.kernels = kernels;
        EarlyCompilation early = new EarlyCompilation();
        int architecture = kernels.architecture();
        this.products = new ProductKernels(device, architecture, kernels.multiprocessors(), early);
        this.attention = new AttentionKernels(device, architecture, kernels.multiprocessors(), early);
        this.convolutions = new ConvKernels(device, architecture, kernels.multiprocessors(), early);
    }

    /**
     * Compiles them; throws {@link IllegalStateException} where that is not possible.
     *
     * @param artifacts where compiled kernels are kept
     */
    static DeviceKernels compile(Device device, Artifacts artifacts) {
        return new DeviceKernels(CudaKernels.compile(source(SOURCE), SOURCE.substring(1), device, artifacts), device);
    }

    /** Keeps all kernels, those that are compiled later too. */
    void keepIn(Artifacts artifacts) {
        kernels.keep(artifacts);
        products.keepIn(artifacts);
        attention.keepIn(artifacts);
        convolutions.keepIn(artifacts);
    }

    /** The text of a resource. */
    static String source(String name) {
        try (InputStream file = DeviceKernels.class.getResourceAsStream(name)) {
            return new String(file.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The kernels of the same device for products. */
    ProductKernels products() {
        return products;
    }

    /** The kernels of the same device for attention. */
    AttentionKernels attention() {
        return attention;
    }

    /** The kernels of the same device for convolutions. */
    ConvKernels convolutions() {
        return convolutions;
    }

    int multiprocessors() {
        return kernels.multiprocessors();
    }

    /** The GPU's compute capability times ten. */
    int architecture() {
        return kernels.architecture();
    }

    CudaKernel kernel(String name, ScalarType type) {
        return byName.computeIfAbsent(name + "_" + type.name().toLowerCase(Locale.ROOT), kernels::kernel);
    }

    /**
     * The element type of all of some tensors.
     *
     * @throws IllegalArgumentException if there is no kernel for it, or they differ
     */
    static ScalarType requireSameType(NDArray x, NDArray... others) {
        ScalarType type = TensorMemory.type(x);
        if (!TYPES.contains(type)) {
            throw new IllegalArgumentException("no kernel for " + type + "; there are some for " + TYPES);
        }
        for (NDArray other : others) {
            if (TensorMemory.type(other) != type) {
                throw new IllegalArgumentException("an argument is " + TensorMemory.type(other) + ", want " + type);
            }
        }
        return type;
    }

    /** Elements of a 16-byte access. */
    static int access(ScalarType type) {
        return WIDE_BYTES / type.bytes();
    }

    /** Whether 16-byte accesses are aligned and stay in rows of some elements. */
    static boolean isWide(long row, ScalarType type, NDArray... tensors) {
        boolean wide = row % access(type) == 0;
        for (NDArray tensor : tensors) {
            wide &= TensorMemory.address(tensor) % WIDE_BYTES == 0;
        }
        return wide;
    }
}
