package org.diffusionjmh.compiler;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import java.util.List;
import org.diffusionjmh.graph.Graph;
import org.diffusionjmh.graph.Node;
import org.diffusionjmh.graph.SourceOp;
import org.diffusionjmh.graph.TensorType;
import org.diffusionjmh.libtorch.ScalarType;
import org.diffusionjmh.libtorch.TensorMemory;

/**
 * What a module takes.
 *
 * @param network the network's name, for messages
 * @param inputs names and types, in order
 * @param device where the tensors are
 */
record ModuleInputs(String network, List<SourceOp.Input> inputs, Device device) {
    ModuleInputs {
        inputs = List.copyOf(inputs);
    }

    ModuleInputs(Graph graph, Device device) {
        this(
                graph.name(),
                graph.inputs().stream()
                        .map(Node::op)
                        .map(SourceOp.Input.class::cast)
                        .toList(),
                device);
    }

    /**
     * Checks a call's arguments.
     *
     * @throws IllegalArgumentException if their number, a type, a shape or a device is another
     */
    void check(NDList arguments) {
        if (arguments.size() != inputs.size()) {
            throw new IllegalArgumentException(
                    network + " takes " + inputs.size() + " inputs, but was given " + arguments.size());
        }
        for (int i = 0; i < inputs.size(); i++) {
            TensorType type = inputs.get(i).type();
            ScalarType wanted = ScalarType.of(TensorTypes.dataType(type.dtype()));
            NDArray found = arguments.get(i);
            if (TensorMemory.type(found) != wanted
                    || !found.getShape().equals(TensorTypes.shape(type))
                    || !found.getDevice().equals(device)) {
                throw new IllegalArgumentException(
                        "%s: input '%s' is %s%s on %s, but the module was compiled for %s%s on %s; compile one for these sizes"
                                .formatted(
                                        network,
                                        inputs.get(i).label(),
                                        TensorMemory.type(found),
                                        found.getShape(),
                                        found.getDevice(),
                                        wanted,
                                        TensorTypes.shape(type),
                                        device));
            }
        }
    }
}
