package org.diffusionjmh.kernel;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.diffusionjmh.kernel.LinearKernels.Layer;
import org.diffusionjmh.libtorch.OperatorArguments;
import org.diffusionjmh.libtorch.OperatorLibrary;
import org.diffusionjmh.libtorch.OperatorLibrary.Backend;
import org.diffusionjmh.libtorch.OperatorLibrary.Operator;
import org.diffusionjmh.libtorch.ProductSizes;

/**
 * Linear layers as operators of namespace {@code djmh}, for float32, float16 and bfloat16. A GPU computes them by the cuBLASLt algorithm
 * of a rank, sums in float32, and rounds once, after bias and residual.
 *
 * <ul>
 *   <li>{@code product(x [..., in], weight [out, in], algorithm)}: {@code x W^T}, {@code [..., out]}
 *   <li>{@code linear(x, weight, bias [out], algorithm)}: {@code x W^T + bias}
 *   <li>{@code residual_linear(x, weight, bias, residual [..., out], algorithm)}: {@code x W^T + bias + residual}
 * </ul>
 */
public final class LinearOperators {
    private final OperatorLibrary library;
    private final Map<Device, LinearKernels> devices = new ConcurrentHashMap<>();

    /** Tensors of a call, of which the last ones may be missing. */
    private static final int BIAS = 2;

    private static final int RESIDUAL = 3;

    /**
     * Registers them.
     *
     * @param aten what they do on a CPU
     */
    LinearOperators(OperatorLibrary library, AtenOperators aten) {
        this.library = library;
        define("product", "Tensor x, Tensor weight", BIAS, aten::product);
        define("linear", "Tensor x, Tensor weight, Tensor bias", BIAS + 1, aten::linear);
        define(
                "residual_linear",
                "Tensor x, Tensor weight, Tensor bias, Tensor residual",
                RESIDUAL + 1,
                aten::residualLinear);
    }

    private void define(String name, String arguments, int tensors, Operator onCpu) {
        library.define(name + "(" + arguments + ", int algorithm) -> Tensor");
        library.implement(name, Backend.CPU, tensors, onCpu);
        library.implement(name, Backend.CUDA, tensors, (values, scope) -> kernels(scope.getDevice())
                .linear(layer(values, tensors), Math.toIntExact(values.integer(tensors)), scope));
    }

    private static Layer layer(OperatorArguments values, int tensors) {
        Optional<NDArray> bias = tensors > BIAS ? Optional.of(values.tensor(BIAS)) : Optional.empty();
        Optional<NDArray> residual = tensors > RESIDUAL ? Optional.of(values.tensor(RESIDUAL)) : Optional.empty();
        return new Layer(values.tensor(0), values.tensor(1), bias, residual);
    }

    /**
     * Binds to a GPU's cuBLASLt, if that was not done yet.
     *
     * @throws IllegalStateException if it cannot be done; the message says why
     */
    public void prepare(Device device) {
        kernels(device);
    }

    /** How many algorithms a GPU has for a product: they have the ranks from 0 on. */
    public int algorithms(Device device, ProductSizes sizes) {
        return kernels(device).algorithms(sizes);
    }

    private LinearKernels kernels(Device device) {
        return devices.computeIfAbsent(device, LinearKernels::open);
    }
}
