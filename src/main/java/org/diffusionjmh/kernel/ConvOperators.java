package org.diffusionjmh.kernel;

import ai.djl.Device;
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
        define(false, false);
        define(true, false);
        define(false, true);
        define(true, true);
        library.define("doubling_conv(Tensor x, Tensor weight, Tensor bias, int rows, int columns) -> Tensor");
        library.implement("doubling_conv", Backend.CPU, DOUBLING_TENSORS, aten::doublingConv);
        library.implement(
                "doubling_conv", Backend.CUDA, DOUBLING_TENSORS, (values, scope) -> kernels.apply(scope.getDevice())
                        .convolve(
                                Convolution.doubling(values.tensor(0), values.tensor(1), values.tensor(2)),
                                tile(values, DOUBLING_TENSORS),
                                scope));
    }

    private void define(boolean biased, boolean residual) {
        String name = (biased ? "biased_" : "") + "conv" + (residual ? "_residual" : "");
        int tensors = 2 + (biased ? 1 : 0) + (residual ? 1 : 0);
        library.define(name + "(Tensor x, Tensor weight" + (biased ? ", Tensor bias" : "")
                + (residual ? ", Tensor residual" : "") + ", int padding, int rows, int columns) -> Tensor");
        library.implement(
                name, Backend.CPU, tensors, (values, scope) -> aten.convolution(name, values, tensors, scope));
        library.implement(name, Backend.CUDA, tensors, (values, scope) -> {
            Convolution convolution = new Convolution(
                    values.tensor(0),
                    values.tensor(1),
                    biased ? Optional.of(values.tensor(2)) : Optional.empty(),
                    residual ? Optional.of(values.tensor(tensors - 1)) : Optional.empty(),
                    Math.toIntExact(values.integer(tensors)),
                    false);
            return kernels.apply(scope.getDevice()).convolve(convolution, tile(values, tensors + 1), scope);
        });
    }

    private static ConvTile tile(OperatorArguments values, int rows) {
        return new ConvTile(Math.toIntExact(values.integer(rows)), Math.toIntExact(values.integer(rows + 1)));
    }
}
