package org.diffusionjmh.model;

import java.util.List;
import java.util.Optional;
import org.diffusionjmh.graph.DType;
import org.diffusionjmh.graph.GraphBuilder;
import org.diffusionjmh.graph.MovementOp;
import org.diffusionjmh.graph.Node;
import org.diffusionjmh.graph.PointwiseOp;

/**
 * What all blocks of a PixArt transformer learn of the time, and of the picture's size, computed once for all of them: adaLN-single (Chen
 * et al. 2023, section 2.3).
 *
 * @param dim width of the hidden states; a multiple of 3 if there are size conditions
 */
record AdaLayerNormSingle(int dim) {
    /** Shift, scale and gate of the attention, then of the feed-forward layer. */
    static final int VALUES_PER_BLOCK = 6;

    private static final int SINUSOIDS = 256;
    private static final SinusoidalEmbedding EMBEDDING = new SinusoidalEmbedding(true, 0);

    /**
     * The size of the pictures of a batch, as inputs of the network.
     *
     * @param resolution height and width in pixels [1, 2]
     * @param aspectRatio height over width [1, 1]
     */
    record Size(Node resolution, Node aspectRatio) {}

    /**
     * What the blocks and the output take.
     *
     * @param blocks [N, 6, dim]
     * @param embedding [N, dim]
     */
    record Modulation(Node blocks, Node embedding) {}

    /**
     * @param b stands in the layer
     * @param timestep FP32 [1]
     */
    Modulation apply(GraphBuilder b, Node timestep, Optional<Size> size, long batch) {
        GraphBuilder emb = b.in("emb");
        Node steps = emb.apply(new MovementOp.Expand(List.of(batch)), timestep);
        Node time = embed(emb.in("timestep_embedder"), steps, dim);
        Node embedding =
                size.map(given -> emb.add(time, conditions(emb, given))).orElse(time);
        Node values =
                b.in("linear").linear(b.apply(new PointwiseOp.Silu(), embedding), (long) VALUES_PER_BLOCK * dim, true);
        return new Modulation(b.reshape(values, batch, VALUES_PER_BLOCK, dim), embedding);
    }

    /** [1, dim]: a third each of height, width and aspect ratio. */
    private Node conditions(GraphBuilder b, Size size) {
        long third = dim / 3;
        Node resolution = embed(b.in("resolution_embedder"), b.reshape(size.resolution(), 2), third);
        Node aspectRatio = embed(b.in("aspect_ratio_embedder"), b.reshape(size.aspectRatio(), 1), third);
        return b.concat(-1, b.reshape(resolution, 1, 2 * third), aspectRatio);
    }

    private static Node embed(GraphBuilder b, Node values, long dim) {
        Node sinusoids = EMBEDDING.apply(b, b.cast(values, DType.FP32), SINUSOIDS);
        return new TimestepEmbedding(dim).apply(b, b.cast(sinusoids, b.dtype()));
    }
}
