package org.diffusionjmh.kernel;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.jni.JniUtils;
import java.util.List;
import java.util.Random;
import org.diffusionjmh.libtorch.ScalarType;
import org.diffusionjmh.libtorch.ScriptModule;
import org.diffusionjmh.libtorch.TensorMemory;
import org.diffusionjmh.libtorch.TorchSession;
import org.diffusionjmh.torchscript.TorchScriptArchive;

/** Calls of operators from TorchScript, with random tensors. */
final class OperatorCalls {
    private OperatorCalls() {}

    /** A module with {@code forward(x, weight, bias)} that gives an expression's value. */
    static ScriptModule module(String expression, NDManager manager) {
        FusedOperators.get();
        JniUtils.setGraphExecutorOptimize(false);
        return ScriptModule.load(TorchScriptArchive.ofMethods("""
                def forward(self: __torch__.M,
                  x: Tensor,
                  weight: Tensor,
                  bias: Tensor) -> Tensor:
                  return %s
                """.formatted(expression)), manager);
    }

    /** The types of operators that have a kernel of products: a GPU has none for float32. */
    static List<ScalarType> typesOfProducts(TorchSession session) {
        return session.device().isGpu()
                ? List.of(ScalarType.FLOAT16, ScalarType.BFLOAT16)
                : List.of(ScalarType.FLOAT32, ScalarType.FLOAT16, ScalarType.BFLOAT16);
    }

    static NDArray call(String expression, NDManager manager, NDArray x, NDArray weight, NDArray bias) {
        try (ScriptModule module = module(expression, manager)) {
            return module.call("forward", new NDList(x, weight, bias), manager).singletonOrThrow();
        }
    }

    /** Normally distributed, with a mean that is larger than the deviation. */
    static NDArray random(Random random, ScalarType type, NDManager manager, long... shape) {
        float[] values = new float[Math.toIntExact(new Shape(shape).size())];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (random.nextGaussian() + 3);
        }
        try (NDArray wide = manager.create(values, new Shape(shape))) {
            return TensorMemory.copy(wide, type, manager);
        }
    }

    static float[] floats(NDArray tensor) {
        try (NDArray wide = TensorMemory.copy(tensor, ScalarType.FLOAT32, tensor.getManager())) {
            return wide.toFloatArray();
        }
    }

    /** Fills memory that is then free, so that a kernel that leaves out an element is found out. */
    static void poison(ScalarType type, NDManager manager, Shape... shapes) {
        try (NDManager scope = manager.newSubManager();
                NDArray nan = scope.create(Float.NaN)) {
            for (Shape shape : shapes) {
                NDArray block = TensorMemory.empty(type, shape, scope);
                TensorMemory.copyInto(block, nan.broadcast(shape));
            }
        }
    }
}
