package org.diffusionjmh.cli.doctor;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import org.diffusionjmh.compiler.CompiledModule;
import org.diffusionjmh.compiler.Compiler;
import org.diffusionjmh.compiler.Parameters;
import org.diffusionjmh.compiler.TensorTypes;
import org.diffusionjmh.graph.DType;
import org.diffusionjmh.graph.Graph;
import org.diffusionjmh.graph.GraphBuilder;
import org.diffusionjmh.graph.KernelOp;
import org.diffusionjmh.graph.Node;
import org.diffusionjmh.graph.PointwiseOp;
import org.diffusionjmh.graph.TensorType;
import org.diffusionjmh.libtorch.ScalarType;
import org.diffusionjmh.libtorch.TensorMemory;

/** A network of a few operations, to try a compiler with. */
final class SmallNetwork {
    private static final int CHANNELS = 32;
    private static final int SIDE = 8;
    private static final int PIXELS = SIDE * SIDE;
    private static final int GROUPS = 8;
    private static final double EPS = 1e-5;
    private static final int CALLS = 2;

    private final Graph graph;

    private SmallNetwork(Graph graph) {
        this.graph = graph;
    }

    /** What a U-Net is made of: a convolution, a norm with its activation, attention, a gated linear layer. */
    static SmallNetwork ofUNet() {
        GraphBuilder b = new GraphBuilder("small", DType.FP32);
        Node x = b.input("x", DType.FP32, 1, CHANNELS, SIDE, SIDE);
        Node conv = b.in("conv").conv2d(x, CHANNELS, 3, 1, 1);
        Node norm = b.apply(new PointwiseOp.Silu(), b.in("norm").groupNorm(conv, GROUPS, EPS));
        Node rows = b.permute(b.reshape(norm, 1, CHANNELS, PIXELS), 0, 2, 1);
        Node heads = b.reshape(rows, 1, 1, PIXELS, CHANNELS);
        Node attended = b.reshape(b.attention(heads, heads, heads, false), 1, PIXELS, CHANNELS);
        Node both = b.in("proj").linear(attended, 2 * CHANNELS, true);
        Node gate = b.apply(new PointwiseOp.Gelu(), b.slice(both, -1, CHANNELS, 2 * CHANNELS));
        b.output("y", b.add(rows, b.multiply(b.slice(both, -1, 0, CHANNELS), gate)));
        return new SmallNetwork(b.build());
    }

    /** An operator of this project. */
    static SmallNetwork ofOwnOperator() {
        GraphBuilder b = new GraphBuilder("operator", DType.FP32);
        b.output("y", b.apply(new KernelOp.GegluKernel(), b.input("x", DType.FP32, 1, 2 * CHANNELS)));
        return new SmallNetwork(b.build());
    }

    /**
     * Compiles the network and runs it twice, since some compilers do their work at the first call.
     *
     * @throws RuntimeException if that does not go
     */
    float[] run(Compiler compiler, Device device) {
        try (NDManager manager = NDManager.newBaseManager(device, "PyTorch")) {
            Parameters parameters = (key, type) -> values(type, manager);
            try (CompiledModule module = compiler.compile(graph, parameters, manager)) {
                float[] result = {};
                for (int call = 0; call < CALLS; call++) {
                    try (NDManager scope = manager.newSubManager()) {
                        NDArray input = values(graph.inputs().get(0).type(), scope);
                        NDArray output = module.run(new NDList(input), scope).singletonOrThrow();
                        result = output.toFloatArray();
                    }
                }
                return result;
            }
        }
    }

    /** The same every time, about -1 to 1 over the square root of the last size. */
    private static NDArray values(TensorType type, NDManager manager) {
        double scale = 1 / Math.sqrt(type.elements() / (double) type.size(0));
        float[] values = new float[Math.toIntExact(type.elements())];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (Math.sin(i * i) * (type.rank() == 1 ? 1 : scale));
        }
        NDArray tensor = manager.create(values, TensorTypes.shape(type));
        return TensorMemory.as(tensor, ScalarType.of(TensorTypes.dataType(type.dtype())), manager);
    }
}
