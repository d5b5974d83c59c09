package org.diffusionjmh.torchscript;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.diffusionjmh.graph.AttentionOp.CudnnAttention;
import org.diffusionjmh.graph.AttentionOp.KernelAttention;
import org.diffusionjmh.graph.AttentionOp.ScaledDotProductAttention;
import org.diffusionjmh.graph.ContractionOp.Conv2d;
import org.diffusionjmh.graph.ContractionOp.Linear;
import org.diffusionjmh.graph.DType;
import org.diffusionjmh.graph.FusedOp.ConcatLinear;
import org.diffusionjmh.graph.FusedOp.Geglu;
import org.diffusionjmh.graph.FusedOp.GroupNormSilu;
import org.diffusionjmh.graph.KernelOp.AddBiasKernel;
import org.diffusionjmh.graph.KernelOp.AddLayerNormKernel;
import org.diffusionjmh.graph.KernelOp.BiasKernel;
import org.diffusionjmh.graph.KernelOp.ConcatGroupNormKernel;
import org.diffusionjmh.graph.KernelOp.ConvKernel;
import org.diffusionjmh.graph.KernelOp.DoublingConvKernel;
import org.diffusionjmh.graph.KernelOp.GegluKernel;
import org.diffusionjmh.graph.KernelOp.GroupNormKernel;
import org.diffusionjmh.graph.KernelOp.InterleaveKernel;
import org.diffusionjmh.graph.KernelOp.LayerNormKernel;
import org.diffusionjmh.graph.KernelOp.LinearGegluKernel;
import org.diffusionjmh.graph.KernelOp.LinearKernel;
import org.diffusionjmh.graph.LayoutOp.ChannelsLast;
import org.diffusionjmh.graph.LayoutOp.Contiguous;
import org.diffusionjmh.graph.LookupOp.Embedding;
import org.diffusionjmh.graph.LookupOp.SelectRow;
import org.diffusionjmh.graph.MovementOp.Concat;
import org.diffusionjmh.graph.MovementOp.Expand;
import org.diffusionjmh.graph.MovementOp.PadRightBottom;
import org.diffusionjmh.graph.MovementOp.PadRows;
import org.diffusionjmh.graph.MovementOp.Permute;
import org.diffusionjmh.graph.MovementOp.Reshape;
import org.diffusionjmh.graph.MovementOp.Slice;
import org.diffusionjmh.graph.MovementOp.UpsampleNearest;
import org.diffusionjmh.graph.Node;
import org.diffusionjmh.graph.NormalizationOp.CenteredGroupNorm;
import org.diffusionjmh.graph.NormalizationOp.GroupNorm;
import org.diffusionjmh.graph.NormalizationOp.LayerNorm;
import org.diffusionjmh.graph.NormalizationOp.RmsNorm;
import org.diffusionjmh.graph.NormalizationOp.SubtractGroupMean;
import org.diffusionjmh.graph.OneDnnOp.PackConv2dWeight;
import org.diffusionjmh.graph.OneDnnOp.PackLinearWeight;
import org.diffusionjmh.graph.OneDnnOp.PackedConv2d;
import org.diffusionjmh.graph.OneDnnOp.PackedLinear;
import org.diffusionjmh.graph.OneDnnOp.PackedLinearBinary;
import org.diffusionjmh.graph.OneDnnOp.PackedLinearGelu;
import org.diffusionjmh.graph.Op;
import org.diffusionjmh.graph.PointwiseOp.Add;
import org.diffusionjmh.graph.PointwiseOp.Cast;
import org.diffusionjmh.graph.PointwiseOp.Clamp;
import org.diffusionjmh.graph.PointwiseOp.Cos;
import org.diffusionjmh.graph.PointwiseOp.Divide;
import org.diffusionjmh.graph.PointwiseOp.Gelu;
import org.diffusionjmh.graph.PointwiseOp.GeluTanh;
import org.diffusionjmh.graph.PointwiseOp.Multiply;
import org.diffusionjmh.graph.PointwiseOp.MultiplyAdd;
import org.diffusionjmh.graph.PointwiseOp.Offset;
import org.diffusionjmh.graph.PointwiseOp.QuickGelu;
import org.diffusionjmh.graph.PointwiseOp.Relu;
import org.diffusionjmh.graph.PointwiseOp.Scale;
import org.diffusionjmh.graph.PointwiseOp.Silu;
import org.diffusionjmh.graph.PointwiseOp.Sin;
import org.diffusionjmh.graph.PointwiseOp.Subtract;
import org.diffusionjmh.graph.ReductionOp.AbsoluteQuantile;
import org.diffusionjmh.graph.ReductionOp.PixelMean;
import org.diffusionjmh.graph.ReductionOp.StandardDeviation;
import org.diffusionjmh.graph.TensorType;

/** The TorchScript expression of each operation. One table: an operation that is missing here fails a test. */
final class Lowerings {
    /** libtorch's number for the memory format. */
    private static final int CHANNELS_LAST = 2;

    private static final String NO_SCALARS = "annotate(List[Optional[number]], [])";

    private final Sizes sizes;
    private final Map<Class<? extends Op>, Lowering<? extends Op>> table = new LinkedHashMap<>();

    /** Writes an operation as an expression over the names of its arguments. */
    @FunctionalInterface
    private interface Lowering<T extends Op> {
        String expression(T op, Node node, List<String> arguments);
    }

    /**
     * @param sizes how sizes are written
     */
    Lowerings(Sizes sizes) {
        this.sizes = sizes;
        call(Add.class, "torch.add");
        call(Subtract.class, "torch.sub");
        call(Multiply.class, "torch.mul");
        call(Divide.class, "torch.div");
        call(MultiplyAdd.class, "torch.addcmul");
        call(Silu.class, "torch.silu");
        call(Gelu.class, "torch.gelu");
        call(Relu.class, "torch.relu");
        call(Sin.class, "torch.sin");
        call(Cos.class, "torch.cos");
        put(GeluTanh.class, (op, node, x) -> "torch.gelu(%s, approximate=\"tanh\")".formatted(x.get(0)));
        put(QuickGelu.class, (op, node, x) -> "torch.mul(%1$s, torch.sigmoid(torch.mul(%1$s, 1.702)))"
                .formatted(x.get(0)));
        put(Scale.class, (op, node, x) -> "torch.mul(%s, %s)".formatted(x.get(0), number(op.factor())));
        put(Offset.class, (op, node, x) -> "torch.add(%s, %s)".formatted(x.get(0), number(op.amount())));
        put(Clamp.class, (op, node, x) -> "torch.clamp(%s, %s, %s)"
                .formatted(x.get(0), number(op.min()), number(op.max())));
        put(Cast.class, (op, node, x) -> "torch.to(%s, %d)".formatted(x.get(0), scalarType(op.dtype())));

        call(Linear.class, "torch.linear");
        put(Conv2d.class, (op, node, x) -> "torch.conv2d(%s, %s, %s, [%4$d, %4$d], [%5$d, %5$d], [1, 1], 1)"
                .formatted(x.get(0), x.get(1), x.size() > 2 ? x.get(2) : "None", op.stride(), op.padding()));

        put(GroupNorm.class, (op, node, x) -> groupNorm(op, x));
        put(SubtractGroupMean.class, (op, node, x) -> "torch.sub(%1$s, %2$s)"
                .formatted(
                        x.get(0), perChannel(groupMean(x.get(0), op.groups(), node.type()), op.groups(), node.type())));
        put(CenteredGroupNorm.class, (op, node, x) -> centeredGroupNorm(op.norm(), node.type(), x));
        // The norm's result is its own, so the activation may overwrite it.
        put(GroupNormSilu.class, (op, node, x) -> "torch.silu_(%s)".formatted(groupNorm(op.norm(), x)));
        put(ConcatLinear.class, (op, node, x) -> concatLinear(node, x));
        put(
                Geglu.class,
                (op, node, x) -> "torch.mul(torch.slice(%1$s, -1, 0, %2$d), torch.gelu(torch.slice(%1$s, -1, %2$d)))"
                        .formatted(x.get(0), node.type().size(-1)));
        put(GroupNormKernel.class, (op, node, x) -> "ops.djmh.%s(%s, %d, %s, %s)"
                .formatted(
                        x.size() > 3 ? "shifted_group_norm" : "group_norm",
                        String.join(", ", x.size() > 3 ? List.of(x.get(0), x.get(3), x.get(1), x.get(2)) : x),
                        op.norm().groups(),
                        number(op.norm().eps()),
                        op.silu() ? "True" : "False"));
        put(ConcatGroupNormKernel.class, (op, node, x) -> "ops.djmh.concat_group_norm(%s, %d, %s, %s)"
                .formatted(
                        String.join(", ", x),
                        op.norm().groups(),
                        number(op.norm().eps()),
                        op.silu() ? "True" : "False"));
        put(AddLayerNormKernel.class, (op, node, x) -> "ops.djmh.%sadd_layer_norm(%s, %s, %s)"
                .formatted(
                        x.size() > 4 ? "padded_" : "",
                        String.join(", ", x),
                        x.size() > 4
                                ? sizes.items(op.before(), op.first(), op.rows())
                                : sizes.items(op.first(), op.rows()),
                        number(op.norm().eps())));
        put(LayerNormKernel.class, (op, node, x) -> "ops.djmh.layer_norm(%s, %s)"
                .formatted(String.join(", ", x), number(op.norm().eps())));
        call(AddBiasKernel.class, "ops.djmh.add_bias");
        call(BiasKernel.class, "ops.djmh.bias");
        call(InterleaveKernel.class, "ops.djmh.interleave");
        call(GegluKernel.class, "ops.djmh.geglu");
        put(LinearGegluKernel.class, (op, node, x) -> "ops.djmh.linear_geglu(%s, %d)"
                .formatted(String.join(", ", x), op.tile()));
        put(LinearKernel.class, (op, node, x) -> "ops.djmh.%s(%s, %s)"
                .formatted(
                        List.of("product", "linear", "residual_linear").get(x.size() - 2),
                        String.join(", ", x),
                        sizes.items(op.algorithm())));
        put(ConvKernel.class, (op, node, x) -> "ops.djmh.%sconv%s(%s, %d, %d, %d)"
                .formatted(
                        op.biased() ? "biased_" : "",
                        x.size() > (op.biased() ? 3 : 2) ? "_residual" : "",
                        String.join(", ", x),
                        op.padding(),
                        op.tile().rows(),
                        op.tile().columns()));
        put(DoublingConvKernel.class, (op, node, x) -> "ops.djmh.doubling_conv(%s, %d, %d)"
                .formatted(String.join(", ", x), op.tile().rows(), op.tile().columns()));
        put(LayerNorm.class, (op, node, x) -> "torch.layer_norm(%s, [%d], %s, %s, %s)"
                .formatted(
                        x.get(0),
                        node.type().size(-1),
                        x.size() > 1 ? x.get(1) : "None",
                        x.size() > 1 ? x.get(2) : "None",
                        number(op.eps())));

        put(StandardDeviation.class, (op, node, x) -> "torch.std(%s, %s, True, True)"
                .formatted(
                        x.get(0), IntStream.range(1, node.type().rank()).boxed().toList()));
        put(
                AbsoluteQuantile.class,
                (op, node, x) -> "torch.reshape(torch.quantile(torch.abs(torch.reshape(%1$s, %2$s)), %3$s, 1), %4$s)"
                        .formatted(
                                x.get(0),
                                sizes.list(node.type().size(0), -1),
                                number(op.ratio()),
                                sizes.list(node.type().shape())));
        put(PixelMean.class, (op, node, x) -> "torch.mean(%s, [2, 3], True)".formatted(x.get(0)));
        put(RmsNorm.class, (op, node, x) -> rmsNorm(op, node.type().dtype(), x));

        put(
                ScaledDotProductAttention.class,
                (op, node, x) -> "torch.scaled_dot_product_attention(%s, %s, 0., %s, scale=%s)"
                        .formatted(
                                String.join(", ", x.subList(0, 3)),
                                x.size() > 3 ? x.get(3) : "None",
                                op.causal() ? "True" : "False",
                                number(op.scale())));

        put(
                CudnnAttention.class,
                (op, node, x) ->
                        "torch._scaled_dot_product_cudnn_attention(%s, %s, %s, None, False, 0., %s, False, scale=%s)[0]"
                                .formatted(
                                        x.get(0),
                                        x.get(1),
                                        x.get(2),
                                        op.attention().causal() ? "True" : "False",
                                        number(op.attention().scale())));

        put(KernelAttention.class, (op, node, x) -> "ops.djmh.attention(%s, %s, %s, %s)"
                .formatted(x.get(0), x.get(1), x.get(2), number(op.attention().scale())));

        put(Reshape.class, (op, node, x) -> "torch.reshape(%s, %s)".formatted(x.get(0), sizes.list(op.shape())));
        put(Permute.class, (op, node, x) -> "torch.permute(%s, %s)".formatted(x.get(0), op.order()));
        put(Concat.class, (op, node, x) -> "torch.cat(%s, %d)".formatted(x, op.dimension()));
        put(Slice.class, (op, node, x) -> "torch.slice(%s, %d, %s)"
                .formatted(x.get(0), op.dimension(), sizes.items(op.start(), op.end())));
        put(Expand.class, (op, node, x) -> "torch.expand(%s, %s)".formatted(x.get(0), sizes.list(op.shape())));
        put(PadRightBottom.class, (op, node, x) -> "torch.constant_pad_nd(%s, [0, %d, 0, %d], 0)"
                .formatted(x.get(0), op.columns(), op.rows()));
        put(PadRows.class, (op, node, x) -> padRows(op, node.type(), x));
        put(UpsampleNearest.class, (op, node, x) -> "torch.upsample_nearest2d(%s, %s)"
                .formatted(x.get(0), sizes.list(op.height(), op.width())));

        call(Contiguous.class, "torch.contiguous");
        put(ChannelsLast.class, (op, node, x) -> "torch.contiguous(%s, memory_format=%d)"
                .formatted(x.get(0), CHANNELS_LAST));

        put(PackLinearWeight.class, (op, node, x) -> "ops.mkldnn._reorder_linear_weight(%s, None)".formatted(x.get(0)));
        put(PackConv2dWeight.class, (op, node, x) -> "ops.mkldnn._reorder_convolution_weight(%s, %s, %s)"
                .formatted(x.get(0), window(op.convolution()), op.input()));
        put(PackedLinear.class, (op, node, x) -> "ops.mkldnn._linear_pointwise(%s, \"none\", %s, \"\")"
                .formatted(product(x), NO_SCALARS));
        put(PackedLinearGelu.class, (op, node, x) -> "ops.mkldnn._linear_pointwise(%s, \"gelu\", %s, \"%s\")"
                .formatted(product(x), NO_SCALARS, op.tanh() ? "tanh" : "none"));
        put(PackedLinearBinary.class, (op, node, x) -> "ops.mkldnn._linear_pointwise(%s, %s, \"%s\")"
                .formatted(
                        x.get(0),
                        product(x.subList(1, x.size())),
                        op.epilogue().name().toLowerCase(Locale.ROOT)));
        put(PackedConv2d.class, (op, node, x) -> "ops.mkldnn._convolution_pointwise(%s, %s, \"none\", %s, \"\")"
                .formatted(product(x), window(op.convolution()), NO_SCALARS));

        call(Embedding.class, "torch.embedding");
        put(
                SelectRow.class,
                (op, node, x) ->
                        "torch.squeeze(torch.gather(%s, 1, torch.expand(torch.reshape(%s, [-1, 1, 1]), [-1, 1, %d])), 1)"
                                .formatted(x.get(0), x.get(1), node.type().size(1)));
    }

    /** The operations that have an expression. */
    Set<Class<? extends Op>> operations() {
        return Set.copyOf(table.keySet());
    }

    String expression(Node node, List<String> arguments) {
        return expression(node.op(), node, arguments);
    }

    @SuppressWarnings("unchecked") // put() pairs each class with a lowering of that class
    private <T extends Op> String expression(T op, Node node, List<String> arguments) {
        Lowering<T> lowering = (Lowering<T>) table.get(op.getClass());
        if (lowering == null) {
            throw new IllegalStateException(node + " has no TorchScript expression");
        }
        return lowering.expression(op, node, arguments);
    }

    private <T extends Op> void put(Class<T> kind, Lowering<T> lowering) {
        table.put(kind, lowering);
    }

    private <T extends Op> void call(Class<T> kind, String function) {
        put(kind, (op, node, x) -> x.stream().collect(Collectors.joining(", ", function + "(", ")")));
    }

    private static String groupNorm(GroupNorm op, List<String> x) {
        return "torch.group_norm(%s, %d, %s, %s, %s)"
                .formatted(x.get(0), op.groups(), x.get(1), x.get(2), number(op.eps()));
    }

    /** As products of matrices: the first one's result is its own, so the second may add to it in place. */
    private String concatLinear(Node node, List<String> x) {
        String rows = "torch.flatten(%s, 0, -2)";
        String first = "torch.linear(%s, %s, %s)"
                .formatted(rows.formatted(x.get(0)), x.get(2), x.size() > 4 ? x.get(4) : "None");
        String sum = "torch.addmm_(%s, %s, torch.t(%s))".formatted(first, rows.formatted(x.get(1)), x.get(3));
        return "torch.reshape(%s, %s)".formatted(sum, sizes.list(node.type().shape()));
    }

    /** transformers' order of operations: the weight's type comes back before the weight. */
    private static String rmsNorm(RmsNorm op, DType dtype, List<String> x) {
        String square =
                "torch.mean(torch.pow(torch.to(%s, %d), 2), [-1], True)".formatted(x.get(0), scalarType(DType.FP32));
        return "torch.mul(%s, torch.to(torch.mul(%s, torch.rsqrt(torch.add(%s, %s))), %d))"
                .formatted(x.get(1), x.get(0), square, number(op.eps()), scalarType(dtype));
    }

    private String centeredGroupNorm(GroupNorm op, TensorType type, List<String> x) {
        String variance = groupMean("torch.mul(%1$s, %1$s)".formatted(x.get(0)), op.groups(), type);
        String factor = "torch.rsqrt(torch.add(%s, %s))".formatted(variance, number(op.eps()));
        return "torch.addcmul(torch.reshape(%3$s, [1, -1, 1, 1]), %1$s, torch.mul(%4$s, torch.reshape(%2$s, [1, -1, 1, 1])))"
                .formatted(x.get(0), x.get(1), x.get(2), perChannel(factor, op.groups(), type));
    }

    /** Means of groups [N, groups, 1]; over pixels first, since that is a sum of rows in either layout. */
    private String groupMean(String x, int groups, TensorType type) {
        return "torch.mean(torch.reshape(torch.mean(%s, [2, 3]), %s), [2], True)"
                .formatted(x, sizes.list(type.size(0), groups, -1));
    }

    /** [N, groups, 1] to [N, C, 1, 1]. */
    private String perChannel(String x, int groups, TensorType type) {
        return "torch.reshape(torch.expand(%s, %s), %s)"
                .formatted(
                        x, sizes.list(type.size(0), groups, type.size(1) / groups), sizes.list(type.size(0), -1, 1, 1));
    }

    /** The arguments of a product whose bias may be absent. */
    private static String product(List<String> x) {
        return "%s, %s, %s".formatted(x.get(0), x.get(1), x.size() > 2 ? x.get(2) : "None");
    }

    /** Padding, stride, dilation and groups of a convolution, in oneDNN's order. */
    private static String window(Conv2d op) {
        return "[%1$d, %1$d], [%2$d, %2$d], [1, 1], 1".formatted(op.padding(), op.stride());
    }

    private String padRows(PadRows op, TensorType type, List<String> x) {
        List<String> parts = new ArrayList<>(List.of(x.get(0)));
        if (op.before() > 0) {
            parts.add(0, expanded(x.get(1), type.withSize(0, op.before())));
        }
        if (op.after() > 0) {
            parts.add(expanded(x.get(1), type.withSize(0, op.after())));
        }
        return "torch.cat(%s, 0)".formatted(parts);
    }

    private String expanded(String x, TensorType type) {
        return "torch.expand(%s, %s)".formatted(x, sizes.list(type.shape()));
    }

    /** A double as TorchScript reads it back: it needs a point or an exponent to be a float. */
    private static String number(double value) {
        return String.format(Locale.ROOT, "%.17g", value);
    }

    /** libtorch's number for a dtype ({@code c10::ScalarType}). */
    private static int scalarType(DType dtype) {
        return switch (dtype) {
            case INT64 -> 4;
            case FP16 -> 5;
            case FP32 -> 6;
            case BF16 -> 15;
        };
    }
}
