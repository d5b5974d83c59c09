package org.diffusionjmh.kernel;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.Set;
import java.util.concurrent.Executor;
import org.diffusionjmh.cache.Artifacts;
import org.diffusionjmh.libtorch.CudaKernel;
import org.diffusionjmh.libtorch.ScalarType;
import org.diffusionjmh.libtorch.TensorMap;
import org.diffusionjmh.libtorch.TensorMemory;

/** The kernels of {@code attention.cu} on one GPU. Each is compiled when it is first asked for, which takes about a second. */
final class AttentionKernels {
    private static final String SOURCE = "/kernels/attention.cu";

    private static final Set<ScalarType> TYPES = Set.of(ScalarType.FLOAT16, ScalarType.BFLOAT16);

    /** The source's exponentials are powers of two. */
    private static final double LOG2_E = 1 / Math.log(2);

    private final int multiprocessors;
    private final HopperKernels<Variant> kernels;

    private record Variant(ScalarType type, AttentionTile tile) {}

    /**
     * @param architecture compute capability of the device times ten
     * @param early compiles kernels that are expected to be needed
     */
    AttentionKernels(Device device, int architecture, int multiprocessors, Executor early) {
        this.multiprocessors = multiprocessors;
        this.kernels = new HopperKernels<>(device, architecture, early, AttentionKernels::source);
    }

    /** Keeps all that are compiled, and that will be, until another place is named. */
    void keepIn(Artifacts place) {
        kernels.keepIn(place);
    }

    /**
     * Compiles the kernel for some sizes beside other work, if it may be the fastest.
     *
     * @param head elements of a head
     * @param keys keys of a sequence
     */
    void expect(ScalarType type, long head, long keys) {
        if (TYPES.contains(type) && AttentionTile.isWorthTrying(head, keys)) {
            kernels.expect(variant(type, head, keys));
        }
    }

    /**
     * Compiles the kernel for some sizes.
     *
     * @param head elements of a head
     * @param keys keys of a sequence
     * @throws IllegalStateException if it cannot be compiled
     */
    void prepare(ScalarType type, long head, long keys) {
        kernels.of(variant(type, head, keys));
    }

    private static Variant variant(ScalarType type, long head, long keys) {
        return new Variant(type, AttentionTile.of(Math.toIntExact(head), Math.toIntExact(keys)));
    }

    /** Whether they run on the device. */
    boolean areThere() {
        return kernels.areThere();
    }

    /**
     * {@code softmax(q k^T scale) v} per head.
     *
     * @param query {@code [N, heads, L, d]} with d one of {@link AttentionTile#HEADS}
     * @param key {@code [N, heads, S, d]}
     * @param value {@code [N, heads, S, d]}
     * @param scale factor of the scores, above zero
     * @return {@code [N, heads, L, d]}, which lies as {@code [N, L, heads, d]}
     * @throws IllegalStateException if they do not run on the device
     * @throws IllegalArgumentException if there is none for these arguments
     */
    NDArray attention(NDArray query, NDArray key, NDArray value, double scale, NDManager scope) {
        ScalarType type = DeviceKernels.requireSameType(query, key, value);
        Shape shape = query.getShape();
        long head = shape.get(shape.dimension() - 1);
        if (!TYPES.contains(type) || !AttentionTile.HEADS.contains(head) || scale <= 0) {
            throw new IllegalArgumentException("attention: no kernel for queries " + type + shape + " with scale "
                    + scale + "; there are some for " + TYPES + " with heads of " + AttentionTile.HEADS
                    + " and a scale above 0");
        }
        NDArray q = readable(query, scope);
        NDArray k = readable(key, scope);
        NDArray v = readable(value, scope);
        int batch = Math.toIntExact(shape.get(0));
        int heads = Math.toIntExact(shape.get(1));
        int queries = Math.toIntExact(shape.get(2));
        int keys = Math.toIntExact(key.getShape().get(2));
        AttentionTile tile = AttentionTile.of(Math.toIntExact(head), keys);
        NDArray out = TensorMemory.empty(type, new Shape(batch, queries, heads, head), scope);
        CudaKernel kernel = kernels.of(new Variant(type, tile));
        try (TensorMap queryBoxes = kernel.headMap(q, tile.rows());
                TensorMap keyBoxes = kernel.headMap(k, tile.keys());
                TensorMap valueBoxes = kernel.headMap(v, tile.keys())) {
            kernel.launch(
                    new CudaKernel.Grid((int) Math.min(tile.tiles(queries) * heads * batch, multiprocessors), 1),
                    tile.threads(),
                    queryBoxes,
                    keyBoxes,
                    valueBoxes,
                    out,
                    batch,
                    heads,
                    queries,
                    keys,
                    (float) (scale * LOG2_E));
        }
        return out.transpose(0, 2, 1, 3);
    }

    private static NDArray readable(NDArray tensor, NDManager scope) {
        return CudaKernel.readsHeads(tensor) ? tensor : TensorMemory.copy(tensor, TensorMemory.type(tensor), scope);
    }

    private static HopperKernels.Source source(Variant variant) {
        AttentionTile tile = variant.tile();
        String text = tile.macros(variant.type()) + DeviceKernels.source(SOURCE);
        return new HopperKernels.Source(SOURCE.substring(1), text, "attention", tile.sharedBytes());
    }
}
