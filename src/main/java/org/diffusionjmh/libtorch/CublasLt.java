package org.diffusionjmh.libtorch;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.pytorch.jni.LibUtils;
import com.sun.jna.Memory;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.FloatByReference;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.PointerByReference;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Products of matrices on one GPU by the cuBLASLt that libtorch uses, with an algorithm of the caller's choice. Sums are float32, of
 * float32 operands too: never TF32. The library lives as long as the process, and so does this.
 */
public final class CublasLt {
    private static final int SUCCESS = 0;
    private static final int NOT_SUPPORTED = 15;

    /** {@code CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES}. */
    private static final int MAX_WORKSPACE_BYTES = 1;

    /** {@code CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_}A to D{@code _BYTES}. */
    private static final int[] MIN_ALIGNMENT_BYTES = {5, 6, 7, 8};

    /** Of {@code cublasLtMatmulHeuristicResult_t}: algorithm, workspace size, state, waves, reserved words. */
    private static final int RESULT_BYTES = 96;

    /** Of {@code cublasLtMatmulAlgo_t}, at the beginning of a result. */
    private static final int ALGORITHM_BYTES = 64;

    private static final int STATE_OFFSET = 72;

    private final CudaRuntime runtime;
    private final NativeLibrary library;
    private final int device;
    private final Pointer handle;

    private CublasLt(CudaRuntime runtime, NativeLibrary library, int device) {
        this.runtime = runtime;
        this.library = library;
        this.device = device;
        this.handle = create("cublasLtCreate");
    }

    /**
     * Binds to libtorch's cuBLASLt.
     *
     * @throws IllegalStateException if there is none or it does not start; the message says why
     */
    public static CublasLt open(Device gpu) {
        CudaRuntime runtime = CudaRuntime.load();
        Path folder = Path.of(LibUtils.getLibtorchPath());
        NativeLibrary library = NativeLibraries.find("cublasLt", folder)
                .orElseThrow(() -> new IllegalStateException("no cuBLASLt is loaded and none stands in " + folder));
        runtime.setDevice(gpu.getDeviceId());
        return new CublasLt(runtime, library, gpu.getDeviceId());
    }

    /** A way to compute a product, as the library describes it: opaque, and of use to this version of it only. */
    public static final class Algorithm {
        private final byte[] description;

        private Algorithm(byte[] description) {
            this.description = description;
        }
    }

    /** The library's version, for example 130100. */
    public long version() {
        return library.getFunction("cublasLtGetVersion").invokeLong(new Object[0]);
    }

    /**
     * The algorithms that the library proposes for a product, best guess first. For the same sizes they are always the same.
     *
     * @param most how many to give at most
     * @param workspaceBytes what an algorithm may use
     * @return none if the library cannot compute it
     */
    public List<Algorithm> algorithms(ProductSizes sizes, int most, long workspaceBytes) {
        runtime.setDevice(device);
        Pointer preference = create("cublasLtMatmulPreferenceCreate");
        try (CublasLtProduct product = new CublasLtProduct(this, sizes);
                Memory bytes = new Memory(Long.BYTES);
                Memory results = new Memory((long) RESULT_BYTES * most)) {
            bytes.setLong(0, workspaceBytes);
            check("cublasLtMatmulPreferenceSetAttribute", preference, MAX_WORKSPACE_BYTES, bytes, (long) Long.BYTES);
            bytes.setInt(0, ProductOperands.ALIGNMENT);
            for (int attribute : MIN_ALIGNMENT_BYTES) {
                check("cublasLtMatmulPreferenceSetAttribute", preference, attribute, bytes, (long) Integer.BYTES);
            }
            IntByReference found = new IntByReference();
            int status = product.proposals(handle, preference, most, results, found);
            if (status != SUCCESS && status != NOT_SUPPORTED) {
                throw failure("cublasLtMatmulAlgoGetHeuristic", status);
            }
            return status == SUCCESS ? supported(results, found.getValue()) : List.of();
        } finally {
            invoke("cublasLtMatmulPreferenceDestroy", preference);
        }
    }

    private static List<Algorithm> supported(Pointer results, int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> results.share((long) RESULT_BYTES * i))
                .filter(result -> result.getInt(STATE_OFFSET) == SUCCESS)
                .map(result -> new Algorithm(result.getByteArray(0, ALGORITHM_BYTES)))
                .toList();
    }

    /**
     * Computes a product in libtorch's current stream.
     *
     * @param workspace what {@link #algorithms} was told; products one after the other in a stream may share it
     * @throws IllegalStateException if the algorithm cannot compute it
     */
    public void multiply(ProductOperands operands, Algorithm algorithm, NDArray workspace) {
        runtime.setDevice(device);
        try (CublasLtProduct product = new CublasLtProduct(this, operands.sizes());
                Memory description = new Memory(ALGORITHM_BYTES)) {
            description.write(0, algorithm.description, 0, ALGORITHM_BYTES);
            operands.bias().ifPresent(bias -> product.setBias(pointer(bias)));
            Pointer out = pointer(operands.out());
            List<Object> arguments = new ArrayList<>(List.of(handle, product.operation(), new FloatByReference(1)));
            arguments.addAll(List.of(pointer(operands.weight()), product.weight()));
            arguments.addAll(List.of(pointer(operands.x()), product.x()));
            arguments.add(new FloatByReference(operands.residual().isPresent() ? 1 : 0));
            arguments.addAll(List.of(operands.residual().map(CublasLt::pointer).orElse(out), product.result()));
            arguments.addAll(List.of(out, product.result()));
            arguments.addAll(List.of(
                    description, pointer(workspace), workspace.getShape().size()));
            arguments.add(CurrentStream.get(device));
            check("cublasLtMatmul", arguments.toArray());
        }
    }

    private static Pointer pointer(NDArray tensor) {
        return new Pointer(TensorMemory.address(tensor));
    }

    /** What a function gives in its first argument. */
    Pointer create(String call, Object... arguments) {
        PointerByReference created = new PointerByReference();
        List<Object> all = new ArrayList<>(List.of(created));
        all.addAll(List.of(arguments));
        check(call, all.toArray());
        return created.getValue();
    }

    void check(String call, Object... arguments) {
        int status = invoke(call, arguments);
        if (status != SUCCESS) {
            throw failure(call, status);
        }
    }

    private IllegalStateException failure(String call, int status) {
        String reason = library.getFunction("cublasLtGetStatusString").invokeString(new Object[] {status}, false);
        return new IllegalStateException(call + " failed: " + reason + " (" + status + ")");
    }

    int invoke(String call, Object... arguments) {
        return library.getFunction(call).invokeInt(arguments);
    }
}
