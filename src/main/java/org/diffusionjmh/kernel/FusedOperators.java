package org.diffusionjmh.kernel;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.diffusionjmh.cache.Artifacts;
import org.diffusionjmh.graph.ConvTile;
import org.diffusionjmh.libtorch.OperatorArguments;
import org.diffusionjmh.libtorch.OperatorLibrary;
import org.diffusionjmh.libtorch.OperatorLibrary.Backend;
import org.diffusionjmh.libtorch.OperatorLibrary.Operator;
import org.diffusionjmh.libtorch.ScalarType;

/**
 * The operators of namespace {@code djmh}, for float32, float16 and bfloat16. Arithmetic on a GPU is float32, rounded once. Feature maps
 * {@code [N, C, H, W]} there may be row-major or have channels innermost.
 *
 * <ul>
 *   <li>{@code group_norm(x [N, C, ...], weight [C], bias [C], groups, eps, silu)}: the group norm, and silu of it if asked for
 *   <li>{@code shifted_group_norm(x [N, C, H, W], shift [N, C], weight, bias, groups, eps, silu)}: the same of {@code x + shift}
 *   <li>{@code concat_group_norm(x [N, C1, H, W], y [N, C2, H, W], weight [C1 + C2], bias, groups, eps, silu)}: that of x and y joined
 *       along the channels
 *   <li>{@code add_layer_norm(x [N, ..., C], residual [N, ..., C], weight [C], bias [C], first, rows, eps)}: {@code x + residual}, and
 *       behind it the layer norm of rows of it, from the first on: {@code [N + rows, ..., C]}
 *   <li>{@code padded_add_layer_norm(x [n, ..., C], residual, weight, bias, pad [C], before, first, rows, eps)}: the same where x has rows
 *       for those of the residual from {@code before} on, and the pad stands for the others
 *   <li>{@code add_bias(x [N, C, H, W], residual [N, C, H, W], bias [C])}: {@code x + residual + bias}, with channels innermost
 *   <li>{@code layer_norm(x [..., C], weight [C], bias [C], eps)}: the layer norm
 *   <li>{@code bias(x [N, C, H, W], bias [C])}: {@code x + bias}, with channels innermost
 *   <li>{@code interleave(phases [N, 4 C, H + 1, W + 1], bias [C])}: {@code [N, C, 2 H, 2 W]}, of which pixel (2y + a, 2x + b) is that of
 *       phase 2a + b at (y + a, x + b), plus bias; with channels innermost
 *   <li>{@code geglu(x [..., 2 C])}: {@code x[..., :C] * gelu(x[..., C:])}
 *   <li>{@code linear_geglu(x [..., in], weight [2 C, in], bias [2 C], tile)}: geglu of the product, rounded once; on a GPU for float16 and
 *       bfloat16, in tiles of that width
 *   <li>{@code attention(q [N, heads, L, d], k [N, heads, S, d], v [N, heads, S, d], scale)}: {@code softmax(q k^T scale) v}, on a GPU for
 *       float16 and bfloat16, d innermost; it lies as {@code [N, L, heads, d]}
 * </ul>
 *
 * And those of {@link LinearOperators} and {@link ConvOperators}.
 */
public final class FusedOperators {
    /** The first architecture (compute capability times ten) with bfloat16. */
    private static final int AMPERE = 80;

    private final OperatorLibrary library = new OperatorLibrary("djmh");
    private final Map<Device, DeviceKernels> devices = new ConcurrentHashMap<>();
    private final LinearOperators linear;

    /** What an operator does on a GPU. */
    @FunctionalInterface
    private interface Launch {
        NDArray call(DeviceKernels kernels, OperatorArguments arguments, NDManager scope);
    }

    @SuppressWarnings("MagicNumber") // positions in the schemas
    private FusedOperators() {
        AtenOperators aten = new AtenOperators();
        linear = new LinearOperators(library, aten);
        new ConvOperators(library, aten, device -> kernels(device).convolutions());
        define(
                "group_norm",
                "Tensor x, Tensor weight, Tensor bias, int groups, float eps, bool silu=False",
                3,
                aten::groupNorm,
                (kernels, x, scope) -> new GroupNormKernels(kernels)
                        .norm(x.tensor(0), x.tensor(1), x.tensor(2), new GroupNormOptions(x, 3), scope));
        define(
                "shifted_group_norm",
                "Tensor x, Tensor shift, Tensor weight, Tensor bias, int groups, float eps, bool silu=False",
                4,
                aten::shiftedGroupNorm,
                (kernels, x, scope) -> new GroupNormKernels(kernels)
                        .shiftedNorm(
                                x.tensor(0), x.tensor(1), x.tensor(2), x.tensor(3), new GroupNormOptions(x, 4), scope));
        define(
                "concat_group_norm",
                "Tensor x, Tensor y, Tensor weight, Tensor bias, int groups, float eps, bool silu=False",
                4,
                aten::concatGroupNorm,
                (kernels, x, scope) -> new GroupNormKernels(kernels)
                        .concatNorm(
                                x.tensor(0), x.tensor(1), x.tensor(2), x.tensor(3), new GroupNormOptions(x, 4), scope));
        define(
                "add_layer_norm",
                "Tensor x, Tensor residual, Tensor weight, Tensor bias, int first, int rows, float eps",
                4,
                aten::addLayerNorm,
                (kernels, x, scope) -> new LayerNormKernels(kernels)
                        .normOfSum(
                                x.tensor(0),
                                x.tensor(1),
                                Optional.empty(),
                                new LayerNormKernels.Affine(x.tensor(2), x.tensor(3), x.number(6)),
                                LayerNormRows.of(x, 4),
                                scope));
        define(
                "padded_add_layer_norm",
                "Tensor x, Tensor residual, Tensor weight, Tensor bias, Tensor pad, int before, int first, int rows, "
                        + "float eps",
                5,
                aten::paddedAddLayerNorm,
                (kernels, x, scope) -> new LayerNormKernels(kernels)
                        .normOfSum(
                                x.tensor(0),
                                x.tensor(1),
                                Optional.of(x.tensor(4)),
                                new LayerNormKernels.Affine(x.tensor(2), x.tensor(3), x.number(8)),
                                LayerNormRows.ofPadded(x, 5),
                                scope));
        define(
                "add_bias",
                "Tensor x, Tensor residual, Tensor bias",
                3,
                aten::addBias,
                (kernels, x, scope) ->
                        new PointwiseKernels(kernels).addBias(x.tensor(0), x.tensor(1), x.tensor(2), scope));
        define(
                "layer_norm",
                "Tensor x, Tensor weight, Tensor bias, float eps",
                3,
                aten::layerNorm,
                (kernels, x, scope) -> new LayerNormKernels(kernels)
                        .norm(x.tensor(0), new LayerNormKernels.Affine(x.tensor(1), x.tensor(2), x.number(3)), scope));
        define("bias", "Tensor x, Tensor bias", 2, aten::bias, (kernels, x, scope) -> new PointwiseKernels(kernels)
                .bias(x.tensor(0), x.tensor(1), scope));
        define(
                "interleave",
                "Tensor phases, Tensor bias",
                2,
                aten::interleave,
                (kernels, x, scope) -> new PointwiseKernels(kernels).interleave(x.tensor(0), x.tensor(1), scope));
        define("geglu", "Tensor x", 1, aten::geglu, (kernels, x, scope) -> new PointwiseKernels(kernels)
                .geglu(x.tensor(0), scope));
        define(
                "linear_geglu",
                "Tensor x, Tensor weight, Tensor bias, int tile",
                3,
                aten::linearGeglu,
                (kernels, x, scope) -> kernels.products()
                        .linearGeglu(x.tensor(0), x.tensor(1), x.tensor(2), Math.toIntExact(x.integer(3)), scope));
        define(
                "attention",
                "Tensor q, Tensor k, Tensor v, float scale",
                3,
                aten::attention,
                (kernels, x, scope) ->
                        kernels.attention().attention(x.tensor(0), x.tensor(1), x.tensor(2), x.number(3), scope));
    }

    private void define(String name, String arguments, int tensors, Operator onCpu, Launch onGpu) {
        library.define(name + "(" + arguments + ") -> Tensor");
        library.implement(name, Backend.CPU, tensors, onCpu);
        library.implement(
                name, Backend.CUDA, tensors, (values, scope) -> onGpu.call(kernels(scope.getDevice()), values, scope));
    }

    /** The operators, registered with libtorch at the first call. */
    public static FusedOperators get() {
        return Holder.REGISTERED;
    }

    /**
     * Compiles the kernels for a GPU, if that was not done yet.
     *
     * @throws IllegalStateException if it cannot be done; the message says why
     */
    public void prepare(Device device) {
        prepare(device, Artifacts.none());
    }

    /**
     * Compiles the kernels for a GPU, if that was not done yet, in this process or an earlier one.
     *
     * @param artifacts where compiled kernels are kept, those too that are compiled when they are first needed
     * @throws IllegalStateException if it cannot be done; the message says why
     */
    public void prepare(Device device, Artifacts artifacts) {
        devices.computeIfAbsent(device, absent -> DeviceKernels.compile(absent, artifacts))
                .keepIn(artifacts);
    }

    /** Whether a GPU computes bfloat16 in units of its own. */
    public boolean hasBfloat16(Device device) {
        return kernels(device).architecture() >= AMPERE;
    }

    /**
     * Whether a GPU may be fastest with {@code attention}.
     *
     * @param head elements of a head
     * @param keys keys of a sequence
     */
    public boolean mayAttend(Device device, long head, long keys) {
        return kernels(device).attention().areThere() && AttentionTile.isWorthTrying(head, keys);
    }

    /**
     * Whether {@code attention} is known to be the fastest on a GPU.
     *
     * @param head elements of a head
     * @param keys keys of a sequence
     */
    public boolean attendsFastest(Device device, long head, long keys) {
        return kernels(device).attention().areThere() && AttentionTile.isFastest(head, keys);
    }

    /**
     * Compiles a GPU's kernel for an attention.
     *
     * @param head elements of a head
     * @param keys keys of a sequence
     * @throws IllegalStateException if it cannot be compiled
     */
    public void prepareAttention(Device device, ScalarType type, long head, long keys) {
        kernels(device).attention().prepare(type, head, keys);
    }

    /** The widths of tiles with which a GPU has a kernel for {@code linear_geglu}; none if it has no such kernel. */
    public List<Integer> linearGegluTiles(Device device) {
        return kernels(device).products().areThere() ? ProductKernels.TILES : List.of();
    }

    /**
     * The tiles with which a GPU may be fastest at a convolution, best guess first; none if it has no kernel of this project for it.
     *
     * @param weight the weight's sizes, {@code [O, C, k, k]}
     * @param result the result's sizes, {@code [N, O, H, W]}
     */
    public List<ConvTile> convTiles(Device device, ScalarType type, Shape weight, Shape result) {
        return HopperProducts.fit(type, weight.get(1), result.get(1))
                ? kernels(device).convolutions().worthTrying(weight, result)
                : List.of();
    }

    /** Compiles a GPU's kernels for convolutions in some tiles, which takes about as long for many as for one. */
    public void prepareConvolutions(Device device, ScalarType type, Collection<ConvTile> tiles) {
        kernels(device).convolutions().compile(type, tiles);
    }

    /**
     * Begins to compile the kernel that a GPU may be fastest with at an attention, beside other work.
     *
     * @param head elements of a head
     * @param keys keys of a sequence
     */
    public void expectAttention(Device device, ScalarType type, long head, long keys) {
        kernels(device).attention().expect(type, head, keys);
    }

    /** Begins to compile a GPU's kernels for {@code linear_geglu}, beside other work. */
    public void expectLinearGeglu(Device device, ScalarType type) {
        kernels(device).products().expect(type);
    }

    /** Begins to compile a GPU's kernels for convolutions, beside other work. */
    public void expectConvolutions(Device device, ScalarType type) {
        kernels(device).convolutions().expect(type);
    }

    /** The operators for linear layers. */
    public LinearOperators linear() {
        return linear;
    }

    private DeviceKernels kernels(Device device) {
        return devices.computeIfAbsent(device, absent -> DeviceKernels.compile(absent, Artifacts.none()));
    }

    private static final class Holder {
        static final FusedOperators REGISTERED = new FusedOperators();
    }
}
