package org.diffusionjmh.model;

import java.util.List;
import org.diffusionjmh.graph.DType;
import org.diffusionjmh.graph.GraphBuilder;
import org.diffusionjmh.graph.MovementOp;
import org.diffusionjmh.graph.Node;

/**
 * What the residual blocks learn of the time: the timestep's sinusoidal embedding through an MLP, and for SDXL the pooled text and the
 * size conditions added to it.
 */
final class TimeConditioning {
    /** Sizes in SDXL's {@code time_ids}: original height and width, crop top and left, target height and width. */
    static final int TIME_IDS = 6;

    private final UNet2DConditionConfig config;

    TimeConditioning(UNet2DConditionConfig config) {
        this.config = config;
    }

    /** The embedding [batch, time_embed_dim]; declares the inputs it needs beside the timestep. */
    Node embed(GraphBuilder b, Node timestep, long batch) {
        Node steps = b.apply(new MovementOp.Expand(List.of(batch)), timestep);
        Node projected =
                b.cast(sinusoids().apply(b, steps, config.blockOutChannels().get(0)), b.dtype());
        Node embedding = mlp().apply(b.in("time_embedding"), withTimestepCond(b, projected, batch));
        return config.additionEmbedding()
                .map(addition -> b.add(embedding, addition(b, addition, batch)))
                .orElse(embedding);
    }

    private Node addition(GraphBuilder b, AdditionEmbedding addition, long batch) {
        Node pooled = b.inputPerRun("text_embeds", b.dtype(), batch, addition.pooledDim());
        Node timeIds = b.inputPerRun("time_ids", DType.FP32, batch, TIME_IDS);
        Node sizes = sinusoids().apply(b, b.reshape(timeIds, batch * TIME_IDS), addition.timeEmbedDim());
        Node flat = b.cast(b.reshape(sizes, batch, TIME_IDS * addition.timeEmbedDim()), b.dtype());
        return mlp().apply(b.in("add_embedding"), b.concat(-1, pooled, flat));
    }

    /** Latent consistency models add an embedding of the guidance scale (Luo et al. 2023). */
    private Node withTimestepCond(GraphBuilder b, Node projected, long batch) {
        if (config.timeCondProjDim().isEmpty()) {
            return projected;
        }
        Node condition = b.inputPerRun(
                "timestep_cond", b.dtype(), batch, config.timeCondProjDim().getAsInt());
        Node added = b.in("time_embedding")
                .in("cond_proj")
                .linear(condition, projected.type().size(-1), false);
        return b.add(projected, added);
    }

    private SinusoidalEmbedding sinusoids() {
        return new SinusoidalEmbedding(config.flipSinToCos(), config.freqShift());
    }

    private TimestepEmbedding mlp() {
        return new TimestepEmbedding(config.timeEmbedDim());
    }
}
