package org.diffusionjmh.compiler;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import org.diffusionjmh.graph.DType;
import org.diffusionjmh.graph.Graph;
import org.diffusionjmh.graph.Node;
import org.diffusionjmh.graph.SourceOp;

/** Makes a module of a graph. */
public interface Compiler {
    /** The name users choose it by. */
    String id();

    /**
     * The type to compute a network in whose values exceed the range of half precision, where half precision is asked for. It has the
     * range of float32.
     */
    default DType wideRange(Device device) {
        return DType.FP32;
    }

    /**
     * Whether it wants the graphs of whole denoising steps, with what stands around the network in each. For other compilers that is done
     * one operation at a time.
     */
    default boolean takesWholeSteps() {
        return false;
    }

    /**
     * Brings the weights of a network to the device as this compiler's modules take them, so that compiling need not.
     *
     * @param graph the plain graph of the network, for any sizes
     * @param parameters where the weights are asked for
     * @param manager its device is where the modules run
     */
    default void load(Graph graph, Parameters parameters, NDManager manager) {
        for (Node node : graph.nodesOf(SourceOp.Weight.class)) {
            parameters.get(((SourceOp.Weight) node.op()).key(), node.type());
        }
    }

    /**
     * Compiles a graph for a device.
     *
     * @param graph the plain graph of a network
     * @param parameters the tensors of its weights; they outlive the module
     * @param manager its device is where the module runs; it owns what the module allocates at compile time
     */
    CompiledModule compile(Graph graph, Parameters parameters, NDManager manager);
}
