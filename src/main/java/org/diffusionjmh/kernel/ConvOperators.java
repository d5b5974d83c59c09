package org.diffusionjmh.kernel;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.diffusionjmh.graph.ConvTile;
import org.diffusionjmh.libtorch.OperatorArguments;
import org.diffusionjmh.libtorch.OperatorLibrary;
import org.diffusionjmh.libtorch.OperatorLibrary.Backend;

/**
 * Convolutions with stride 1 and a square window as operators of namespace {@code djmh}. On a GPU they are for float16 and bfloat16, sum in
 * float32, and compute {@code rows} pixels of {@code columns} channels together; their result has channels innermost.
 *
 * <ul>
 *   <li>{@code conv(x [N, C, H, W], weight [O, C, k, k], padding, rows, columns)}: {@code [N, O, H', W']}
 *   <li>{@code biased_conv(x, weight, bias [O], padding, rows, columns)}
 *   <li>{@code conv_residual(x, weight, residual [N, O, H', W'], padding, rows, columns)}
 *   <li>{@code biased_conv_residual(x, weight, bias, residual, padding, rows, columns)}
 *   <li>{@code doubling_conv(x, weight [4 O, C, 2, 2], bias, rows, columns)}: {@code interleave(conv(x, weight, 1), bias)},
 *       {@code [N, O, 2 H, 2 W]}
 * </ul>
 */
final class ConvOperators {
    private static final String BIAS = ", Tensor bias";
    private static final String RESIDUAL = ", Tensor residual";

    private static final int DOUBLING_TENSORS = 3;

    private final OperatorLibrary library;
    private final AtenOperators aten;
    private final Function<Device, ConvKernels> kernels;

    /**
     * Registers them.
     *
     * @param aten what they do on a CPU
     * @param kernels what they do on a GPU
     */
    ConvOperators(OperatorLibrary library, AtenOperators aten, Function<Device, ConvKernels> kernels) {
        this.library = library;
        this.aten = aten;
        this.kernels = kernels;
        define("conv", "");
        define("biased_conv", BIAS);
        define("conv_residual", RESIDUAL);
        define("biased_conv_residual", BIAS + RESIDUAL);
        library.define("doubling_conv(Tensor x, Tensor weight, Tensor bias, int rows, int columns) -> Tensor");
        library.implement("doubling_conv", Backend.CPU, DOUBLING_TENSORS, aten::doublingConv);
        library.implement(
                "doubling_conv", Backend.CUDA, DOUBLING_TENSORS, (values, scope) -> kernels.apply(scope.getDevice())
                        .convolve(
                                Convolution.doubling(values.tensor(0), values.tensor(1), values.tensor(2)),
                                tile(values, DOUBLING_TENSORS),
                                scope));
    }

    private void define(String name, String further) {
        List<String> more =
                List.of(BIAS, RESIDUAL).stream().filter(further::contains).toList();
        int tensors = 2 + more.size();
        library.define(name + "(Tensor x, Tensor weight" + further + ", int padding, int rows, int columns) -> Tensor");
        library.implement(
                name, Backend.CPU, tensors, (values, scope) -> aten.convolution(name, values, tensors, scope));
        library.implement(name, Backend.CUDA, tensors, (values, scope) -> convolve(values, more, scope));
    }

    private NDArray convolve(OperatorArguments values, List<String> more, NDManager scope) {
        int numbers = 2 + more.size();
        Convolution convolution = new Convolution(
                values.tensor(0),
                values.tensor(1),
                further(BIAS, more, values),
                further(RESIDUAL, more, values),
                Math.toIntExact(values.integer(numbers)),
                false);
        return kernels.apply(scope.getDevice()).convolve(convolution, tile(values, numbers + 1), scope);
    }

    private static ConvTile tile(OperatorArguments values, int rows) {
        return new ConvTile(Math.toIntExact(values.integer(rows)), Math.toIntExact(values.integer(rows + 1)));
    }

    private static Optional<NDArray> further(String which, List<String> more, OperatorArguments values) {
        return more.contains(which) ? Optional.of(values.tensor(2 + more.indexOf(which))) : Optional.empty();
    }
}
