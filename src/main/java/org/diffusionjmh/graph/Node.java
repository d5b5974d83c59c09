package org.diffusionjmh.graph;

import java.util.List;

/**
 * An operation applied to values of a graph. Compared by identity: a record's {@code hashCode} would walk all its inputs again on each
 * path.
 */
public final class Node {
    private final Op op;
    private final List<Node> inputs;
    private final TensorType type;
    private final String scope;

    /**
     * @param scope the module this belongs to, for example {@code down_blocks.0.resnets.1}; empty at the top
     * @throws ShapeException if the inputs' types do not fit the operation; the message names the scope
     */
    public Node(Op op, List<Node> inputs, String scope) {
        this.op = op;
        this.inputs = List.copyOf(inputs);
        this.scope = scope;
        try {
            this.type = op.infer(inputs.stream().map(Node::type).toList());
        } catch (ShapeException e) {
            throw new ShapeException((scope.isEmpty() ? "" : scope + ": ") + e.getMessage());
        }
    }

    public Op op() {
        return op;
    }

    public List<Node> inputs() {
        return inputs;
    }

    public TensorType type() {
        return type;
    }

    public String scope() {
        return scope;
    }

    @Override
    public String toString() {
        return op.name() + " " + type + (scope.isEmpty() ? "" : " in " + scope);
    }
}
