package org.diffusionjmh.model;

import java.util.ArrayList;
import java.util.List;
import org.diffusionjmh.graph.GraphBuilder;
import org.diffusionjmh.graph.MovementOp;
import org.diffusionjmh.graph.Node;

/**
 * Latents as a sequence of patches, each with an embedding of its place (Dosovitskiy et al. 2021), which is stretched over whatever size
 * the latents have.
 *
 * @param patchSize side of a patch
 * @param baseSize patches to a side at the size of training
 * @param interpolationScale divides the places
 * @param dim width of the embeddings; a multiple of 4
 */
record PatchEmbed(int patchSize, int baseSize, double interpolationScale, int dim) {
    private static final double PERIOD = 10000;

    /**
     * @param x [N, C, H, W]
     * @return [N, H / patchSize * W / patchSize, dim]
     */
    Node apply(GraphBuilder b, Node x) {
        Node patches = b.in("proj").conv2d(x, dim, patchSize, patchSize, 0);
        long rows = patches.type().size(2);
        long columns = patches.type().size(3);
        Node sequence = b.reshape(b.permute(patches, 0, 2, 3, 1), x.type().size(0), rows * columns, dim);
        return b.add(sequence, b.cast(places(b, rows, columns), b.dtype()));
    }

    /** [1, rows * columns, dim]: the column's embedding, then the row's. */
    private Node places(GraphBuilder b, long rows, long columns) {
        long half = dim / 2;
        Node ofColumns = b.constant(sinusoids(columns), 1, columns, half);
        Node ofRows = b.constant(sinusoids(rows), rows, 1, half);
        MovementOp everywhere = new MovementOp.Expand(List.of(rows, columns, half));
        Node both = b.concat(-1, b.apply(everywhere, ofColumns), b.apply(everywhere, ofRows));
        return b.reshape(both, 1, rows * columns, dim);
    }

    /** Sines, then cosines, of each place along a side; row-major [count, dim / 2]. */
    private List<Float> sinusoids(long count) {
        int frequencies = dim / 4;
        List<Float> values = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            // The place is float32 in diffusers, the rest float64.
            float place = i / (float) ((double) count / baseSize) / (float) interpolationScale;
            for (int k = 0; k < 2 * frequencies; k++) {
                double angle = place / Math.pow(PERIOD, (double) (k % frequencies) / frequencies);
                values.add((float) (k < frequencies ? Math.sin(angle) : Math.cos(angle)));
            }
        }
        return values;
    }
}
