package org.diffusionjmh.kernel;

import ai.djl.Device;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.diffusionjmh.libtorch.OperatorLibrary;
import org.diffusionjmh.libtorch.OperatorLibrary.Backend;

/**
 * The operators of namespace {@code djmh}, for float32, float16 and bfloat16. Results are contiguous; arithmetic on a GPU is float32,
 * rounded once.
 *
 * <ul>
 *   <li>{@code group_norm(x [N, C, ...], weight [C], bias [C], groups, eps, silu)}: the group norm, and silu of it if asked for
 *   <li>{@code geglu(x [..., 2 C])}: {@code x[..., :C] * gelu(x[..., C:])}
 * </ul>
 */
public final class FusedOperators {
    private static final int GROUP_NORM_TENSORS = 3;

    private final OperatorLibrary library = new OperatorLibrary("djmh");
    private final AtenOperators aten = new AtenOperators();
    private final Map<Device, DeviceKernels> devices = new ConcurrentHashMap<>();

    private FusedOperators() {
        library.define(
                "group_norm(Tensor x, Tensor weight, Tensor bias, int groups, float eps, bool silu=False) -> Tensor");
        library.implement("group_norm", Backend.CPU, GROUP_NORM_TENSORS, aten::groupNorm);
        library.implement(
                "group_norm", Backend.CUDA, GROUP_NORM_TENSORS, (arguments, scope) -> kernels(scope.getDevice())
                        .groupNorm(
                                arguments.tensor(0),
                                arguments.tensor(1),
                                arguments.tensor(2),
                                new GroupNormOptions(arguments),
                                scope));
        library.define("geglu(Tensor x) -> Tensor");
        library.implement("geglu", Backend.CPU, 1, aten::geglu);
        library.implement("geglu", Backend.CUDA, 1, (arguments, scope) -> kernels(scope.getDevice())
                .geglu(arguments.tensor(0), scope));
    }

    /** The operators, registered with libtorch at the first call. */
    public static FusedOperators get() {
        return Holder.REGISTERED;
    }

    /**
     * Compiles the kernels for a GPU, if that was not done yet.
     *
     * @throws IllegalStateException if it cannot be done; the message says why
     */
    public void prepare(Device device) {
        kernels(device);
    }

    private DeviceKernels kernels(Device device) {
        return devices.computeIfAbsent(device, DeviceKernels::compile);
    }

    private static final class Holder {
        static final FusedOperators REGISTERED = new FusedOperators();
    }
}
