package org.diffusionjmh.kernel;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.diffusionjmh.libtorch.CublasLt;
import org.diffusionjmh.libtorch.CublasLt.Algorithm;
import org.diffusionjmh.libtorch.ProductOperands;
import org.diffusionjmh.libtorch.ProductSizes;
import org.diffusionjmh.libtorch.ScalarType;
import org.diffusionjmh.libtorch.TensorMemory;

/** Linear layers by cuBLASLt on one GPU. Captured graphs hold the address of the workspace, so it lives as long as the process. */
final class LinearKernels {
    /** More than the library proposes. */
    private static final int MOST_ALGORITHMS = 16;

    /** What NVIDIA advises for Hopper. */
    private static final long WORKSPACE_BYTES = 32L << 20;

    private final CublasLt library;
    private final NDArray workspace;
    private final Map<ProductSizes, List<Algorithm>> algorithms = new ConcurrentHashMap<>();

    private LinearKernels(CublasLt library, NDArray workspace) {
        this.library = library;
        this.workspace = workspace;
    }

    /** Binds to the library; throws {@link IllegalStateException} where that is not possible. */
    static LinearKernels open(Device device) {
        CublasLt library = CublasLt.open(device);
        NDManager owner = NDManager.newBaseManager(device, "PyTorch");
        return new LinearKernels(library, TensorMemory.empty(ScalarType.UINT8, new Shape(WORKSPACE_BYTES), owner));
    }

    /** How many algorithms there are for a product. */
    int algorithms(ProductSizes sizes) {
        return proposed(sizes).size();
    }

    private List<Algorithm> proposed(ProductSizes sizes) {
        return algorithms.computeIfAbsent(
                sizes, product -> library.algorithms(product, MOST_ALGORITHMS, WORKSPACE_BYTES));
    }

    /** {@code x W^T + bias + residual}, by one of the algorithms that the library proposes. */
    NDArray linear(Layer layer, int algorithm, NDManager scope) {
        layer.requireFit();
        NDArray x = layer.x();
        ScalarType type = DeviceKernels.requireSameType(x, layer.weight());
        layer.bias().ifPresent(bias -> DeviceKernels.requireSameType(x, bias));
        layer.residual().ifPresent(residual -> DeviceKernels.requireSameType(x, residual));
        ProductOperands operands = new ProductOperands(
                compact(x, scope),
                compact(layer.weight(), scope),
                layer.bias().map(bias -> compact(bias, scope)),
                layer.residual().map(residual -> compact(residual, scope)),
                TensorMemory.empty(type, layer.result(), scope));
        List<Algorithm> proposed = proposed(operands.sizes());
        if (algorithm >= proposed.size()) {
            throw new IllegalArgumentException("cuBLASLt " + library.version() + " has " + proposed.size()
                    + " algorithms for " + operands.sizes() + ", none of rank " + algorithm);
        }
        library.multiply(operands, proposed.get(algorithm), workspace);
        return operands.out();
    }

    /** A layer's tensors: x {@code [..., in]}, weight {@code [out, in]}, bias {@code [out]}, residual {@code [..., out]}. */
    record Layer(NDArray x, NDArray weight, Optional<NDArray> bias, Optional<NDArray> residual) {
        Shape result() {
            Shape shape = x.getShape();
            return shape.slice(0, shape.dimension() - 1).add(weight.getShape().get(0));
        }

        void requireFit() {
            Shape matrix = weight.getShape();
            boolean fits = matrix.dimension() == 2
                    && x.getShape().dimension() > 0
                    && x.getShape().getLastDimension() == matrix.get(1)
                    && bias.stream().allMatch(b -> b.getShape().equals(new Shape(matrix.get(0))))
                    && residual.stream().allMatch(r -> r.getShape().equals(result()));
            if (!fits) {
                throw new IllegalArgumentException("no linear layer of x " + x.getShape() + ", weight " + matrix
                        + bias.map(b -> ", bias " + b.getShape()).orElse("")
                        + residual.map(r -> ", residual " + r.getShape()).orElse(""));
            }
        }
    }

    private static NDArray compact(NDArray tensor, NDManager scope) {
        NDArray contiguous = TensorMemory.contiguous(tensor, scope);
        return TensorMemory.address(contiguous) % ProductOperands.ALIGNMENT == 0
                ? contiguous
                : TensorMemory.copy(contiguous, TensorMemory.type(contiguous), scope);
    }
}
