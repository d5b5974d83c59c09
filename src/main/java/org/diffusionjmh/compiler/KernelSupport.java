package org.diffusionjmh.compiler;

import ai.djl.Device;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.diffusionjmh.cache.Artifacts;
import org.diffusionjmh.graph.AttentionOp.ScaledDotProductAttention;
import org.diffusionjmh.graph.ContractionOp.Conv2d;
import org.diffusionjmh.graph.ConvTile;
import org.diffusionjmh.graph.DType;
import org.diffusionjmh.graph.Graph;
import org.diffusionjmh.graph.KernelOp.GegluKernel;
import org.diffusionjmh.graph.Node;
import org.diffusionjmh.graph.TensorType;
import org.diffusionjmh.kernel.FusedOperators;
import org.diffusionjmh.kernel.OneDnn;
import org.diffusionjmh.libtorch.ScalarType;
import org.diffusionjmh.pass.DeviceAbilities;

/** Which devices have this project's own kernels. A GPU without them is an occasion to tell the user, once. */
final class KernelSupport {
    private final CompileJournal journal;
    private final Artifacts artifacts;
    private final Map<Device, Boolean> devices = new HashMap<>();
    private final Map<Device, Boolean> bfloat16OnCpu = new HashMap<>();

    /**
     * @param artifacts where compiled kernels are kept
     */
    KernelSupport(Artifacts artifacts, CompileJournal journal) {
        this.artifacts = artifacts;
        this.journal = journal;
    }

    boolean has(Device device) {
        return device.isGpu() && devices.computeIfAbsent(device, this::prepare);
    }

    /** Whether a device computes bfloat16 in units of its own: a GPU that has the kernels, or a CPU by oneDNN. */
    boolean hasBfloat16(Device device) {
        return device.isGpu()
                ? has(device) && FusedOperators.get().hasBfloat16(device)
                : bfloat16OnCpu.computeIfAbsent(device, cpu -> OneDnn.hasBfloat16());
    }

    /** What passes ask of a device. */
    DeviceAbilities abilities(Device device) {
        return new DeviceAbilities(device.isGpu(), has(device), hasBfloat16(device));
    }

    /** The widths of tiles with which a device has a kernel for products with a gated activation. */
    List<Integer> linearGegluTiles(Device device) {
        return has(device) ? FusedOperators.get().linearGegluTiles(device) : List.of();
    }

    /**
     * The tiles with which a device may be fastest at a convolution with a kernel of this project; none if it has none.
     *
     * @param weight {@code [O, C, k, k]}
     * @param result {@code [N, O, H', W']}
     */
    List<ConvTile> convTiles(Device device, TensorType weight, TensorType result) {
        ScalarType type = ScalarType.of(TensorTypes.dataType(weight.dtype()));
        return has(device)
                ? FusedOperators.get().convTiles(device, type, TensorTypes.shape(weight), TensorTypes.shape(result))
                : List.of();
    }

    /** Compiles a device's kernels for convolutions in some tiles. */
    void prepareConvolutions(Device device, DType dtype, Set<ConvTile> tiles) {
        FusedOperators.get().prepareConvolutions(device, ScalarType.of(TensorTypes.dataType(dtype)), tiles);
    }

    /** Whether a device has a kernel for attention that may be its fastest, for heads of some elements and sequences of some keys. */
    boolean mayAttend(Device device, long head, long keys) {
        return has(device) && FusedOperators.get().mayAttend(device, head, keys);
    }

    /** Whether that kernel is known to be the fastest. */
    boolean attendsFastest(Device device, long head, long keys) {
        return has(device) && FusedOperators.get().attendsFastest(device, head, keys);
    }

    /** Compiles that kernel. */
    void prepareAttention(Device device, DType dtype, long head, long keys) {
        FusedOperators.get().prepareAttention(device, ScalarType.of(TensorTypes.dataType(dtype)), head, keys);
    }

    /** Begins to compile what a network may be fastest with on a device, beside other work such as loading its weights. */
    void expect(Device device, Graph network) {
        if (has(device)) {
            network.nodes().forEach(node -> expect(device, node));
        }
    }

    private static void expect(Device device, Node node) {
        FusedOperators operators = FusedOperators.get();
        ScalarType type = ScalarType.of(TensorTypes.dataType(node.type().dtype()));
        if (node.op() instanceof ScaledDotProductAttention attention && !attention.causal()) {
            TensorType key = node.inputs().get(1).type();
            operators.expectAttention(device, type, key.size(-1), key.size(2));
        } else if (node.op() instanceof GegluKernel) {
            operators.expectLinearGeglu(device, type);
        } else if (node.op() instanceof Conv2d) {
            operators.expectConvolutions(device, type);
        }
    }

    private boolean prepare(Device device) {
        try {
            return journal.timed(CompilePhase.TUNE, () -> {
                FusedOperators.get().prepare(device, artifacts);
                return true;
            });
        } catch (RuntimeException | LinkageError e) {
            journal.warn("fused runs libtorch's own operations instead of its kernels: " + e.getMessage());
            return false;
        }
    }
}
