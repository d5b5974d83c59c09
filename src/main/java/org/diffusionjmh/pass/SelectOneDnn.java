package org.diffusionjmh.pass;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.diffusionjmh.graph.ContractionOp.Conv2d;
import org.diffusionjmh.graph.ContractionOp.Linear;
import org.diffusionjmh.graph.DType;
import org.diffusionjmh.graph.FusedOp.Geglu;
import org.diffusionjmh.graph.Graph;
import org.diffusionjmh.graph.LayoutOp.ChannelsLast;
import org.diffusionjmh.graph.MovementOp.Concat;
import org.diffusionjmh.graph.MovementOp.PadRows;
import org.diffusionjmh.graph.MovementOp.Slice;
import org.diffusionjmh.graph.Node;
import org.diffusionjmh.graph.OneDnnOp.Epilogue;
import org.diffusionjmh.graph.OneDnnOp.PackConv2dWeight;
import org.diffusionjmh.graph.OneDnnOp.PackLinearWeight;
import org.diffusionjmh.graph.OneDnnOp.PackedConv2d;
import org.diffusionjmh.graph.OneDnnOp.PackedLinear;
import org.diffusionjmh.graph.OneDnnOp.PackedLinearBinary;
import org.diffusionjmh.graph.OneDnnOp.PackedLinearGelu;
import org.diffusionjmh.graph.Op;
import org.diffusionjmh.graph.PointwiseOp.Add;
import org.diffusionjmh.graph.PointwiseOp.Gelu;
import org.diffusionjmh.graph.PointwiseOp.GeluTanh;

/**
 * Hands products to oneDNN, for the CPU: weights in its own layout, and in the epilogue the residual that is added to a linear layer, its
 * GELU, or the gate of a GEGLU, whose two halves become two products. libtorch's own linear layers copy the bias into the result first, and
 * activations of a slice run at a third of the speed. Convolutions are handed over where they have channels last, since their results do.
 *
 * @param bfloat16 whether oneDNN takes weights in bfloat16 on this CPU
 */
public record SelectOneDnn(boolean bfloat16) implements Pass {
    @Override
    public String id() {
        return "select-onednn";
    }

    @Override
    public Rewrite apply(Graph graph) {
        Uses uses = new Uses(graph);
        return Rewrite.of(graph, (node, replaced) -> {
            if (node.type().dtype() == DType.BF16 && !bfloat16) {
                return Optional.empty();
            }
            if (node.op() instanceof Conv2d && node.inputs().get(1).op() instanceof ChannelsLast) {
                return Optional.of(conv(replaced.apply(node)));
            }
            if (node.op() instanceof Linear) {
                return Optional.of(linear(new PackedLinear(), replaced.apply(node)));
            }
            if (node.op() instanceof Geglu && isOnlyUseOfLinear(node, 0, uses)) {
                return Optional.of(geglu(unpacked(node.inputs().get(0), replaced)));
            }
            if ((node.op() instanceof Gelu || node.op() instanceof GeluTanh) && isOnlyUseOfLinear(node, 0, uses)) {
                boolean tanh = node.op() instanceof GeluTanh;
                return Optional.of(linear(
                        new PackedLinearGelu(tanh), unpacked(node.inputs().get(0), replaced)));
            }
            if (node.op() instanceof Add) {
                return residual(node, uses, replaced);
            }
            return Optional.empty();
        });
    }

    private static Optional<Node> residual(Node add, Uses uses, UnaryOperator<Node> replaced) {
        for (int i = 0; i < 2; i++) {
            Node other = add.inputs().get(1 - i);
            if (!other.type().equals(add.type())) {
                continue;
            }
            Node x = add.inputs().get(i);
            if (isOnlyUseOfLinear(add, i, uses)) {
                return Optional.of(binary(Epilogue.ADD, unpacked(x, replaced), replaced.apply(other)));
            }
            if (x.op() instanceof PadRows pad && uses.isSingle(x) && isOnlyUseOfLinear(x, 0, uses)) {
                Node linear = unpacked(x.inputs().get(0), replaced);
                return Optional.of(padded(pad, linear, replaced.apply(x.inputs().get(1)), replaced.apply(other)));
            }
        }
        return Optional.empty();
    }

    /** Adds the rows of a layer, and a vector in place of those that it does not have. */
    private static Node padded(PadRows pad, Node linear, Node vector, Node other) {
        long end = pad.before() + linear.type().size(0);
        List<Node> parts = new ArrayList<>(List.of(binary(Epilogue.ADD, linear, batch(other, pad.before(), end))));
        if (pad.before() > 0) {
            parts.add(0, new Node(new Add(), List.of(batch(other, 0, pad.before()), vector), linear.scope()));
        }
        if (pad.after() > 0) {
            Node rest = batch(other, end, end + pad.after());
            parts.add(new Node(new Add(), List.of(rest, vector), linear.scope()));
        }
        return new Node(new Concat(0), parts, linear.scope());
    }

    private static Node batch(Node x, long start, long end) {
        return new RowRange(start, end).view(x);
    }

    private static boolean isOnlyUseOfLinear(Node node, int argument, Uses uses) {
        Node linear = node.inputs().get(argument);
        return linear.op() instanceof Linear
                && uses.isSingle(linear)
                && linear.type().rank() > 1;
    }

    /** The linear layer as it was before this pass replaced it, on the new graph's arguments. */
    private static Node unpacked(Node linear, UnaryOperator<Node> replaced) {
        return new Node(linear.op(), linear.inputs().stream().map(replaced).toList(), linear.scope());
    }

    private static Node conv(Node conv) {
        Node x = conv.inputs().get(0);
        Node plain = conv.inputs().get(1).inputs().get(0);
        Conv2d op = (Conv2d) conv.op();
        Node packed = new Node(new PackConv2dWeight(op, x.type().shape()), List.of(plain), conv.scope());
        return withWeight(new PackedConv2d(op), conv, packed);
    }

    private static Node linear(Op op, Node linear) {
        Node weight = linear.inputs().get(1);
        return withWeight(op, linear, new Node(new PackLinearWeight(), List.of(weight), linear.scope()));
    }

    /** {@code linear(x; W[:C]) * gelu(linear(x; W[C:]))}. */
    private static Node geglu(Node linear) {
        long features = linear.type().size(-1) / 2;
        Node gate = linear(new PackedLinearGelu(false), rows(linear, features, 2 * features));
        return binary(Epilogue.MUL, rows(linear, 0, features), gate);
    }

    /** The linear layer that gives only some of the features. */
    private static Node rows(Node linear, long start, long end) {
        List<Node> inputs = new ArrayList<>(linear.inputs());
        inputs.replaceAll(input -> input == linear.inputs().get(0)
                ? input
                : new Node(new Slice(0, start, end), List.of(input), linear.scope()));
        return new Node(new Linear(), inputs, linear.scope());
    }

    private static Node binary(Epilogue epilogue, Node linear, Node other) {
        Node packed = linear(new PackedLinear(), linear);
        List<Node> inputs = new ArrayList<>(packed.inputs());
        inputs.add(1, other);
        return new Node(new PackedLinearBinary(epilogue), inputs, linear.scope());
    }

    private static Node withWeight(Op op, Node product, Node weight) {
        List<Node> inputs = new ArrayList<>(product.inputs());
        inputs.set(1, weight);
        return new Node(op, inputs, product.scope());
    }
}
