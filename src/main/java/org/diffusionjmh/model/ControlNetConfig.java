package org.diffusionjmh.model;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The {@code config.json} of a ControlNet of Stable Diffusion 1.x, 2.x or XL.
 *
 * @param unet the U-Net whose down and middle blocks it has
 * @param midBlockAttends whether the middle block has a transformer
 * @param conditioningChannels channels of the control picture
 * @param conditioningEmbeddingOutChannels channels of the control picture's embedding, from the picture's resolution downwards; each
 *     entry after the first halves it
 * @param bgr whether the network takes the picture's channels in reverse
 * @param globalPoolConditions whether residuals are averaged over the picture
 */
public record ControlNetConfig(
        UNet2DConditionConfig unet,
        boolean midBlockAttends,
        int conditioningChannels,
        List<Integer> conditioningEmbeddingOutChannels,
        boolean bgr,
        boolean globalPoolConditions) {
    private static final String MID_BLOCK = "UNetMidBlock2DCrossAttn";

    /**
     * Reads a configuration; absent keys have diffusers' defaults.
     *
     * @throws IllegalArgumentException naming file, key and value of what is not supported
     */
    public static ControlNetConfig of(ModelConfig config) {
        config.supported("mid_block_type", MID_BLOCK, "UNetMidBlock2D");
        config.supported("controlnet_conditioning_channel_order", "rgb", "bgr");
        ControlNetConfig result = new ControlNetConfig(
                UNet2DConditionConfig.ofControlNet(config),
                config.text("mid_block_type", MID_BLOCK).equals(MID_BLOCK),
                config.size("conditioning_channels", 3),
                config.sizes("conditioning_embedding_out_channels", List.of(16, 32, 96, 256)),
                config.text("controlnet_conditioning_channel_order", "rgb").equals("bgr"),
                config.flag("global_pool_conditions", false));
        config.finish();
        return result;
    }

    /** Pixels of the control picture to a latent, per side. */
    public int conditioningScaleFactor() {
        return 1 << (conditioningEmbeddingOutChannels.size() - 1);
    }

    /** Number of residuals it gives: one for each of the U-Net's skips, and one for its middle block. */
    public int residuals() {
        int layers = unet.layersPerBlock().stream().mapToInt(Integer::intValue).sum();
        int downsamplers = unet.blocks() - 1;
        return 1 + layers + downsamplers + 1;
    }

    /**
     * Why it does not go with a U-Net.
     *
     * @param pixelsPerLatent per side
     * @param pictureChannels channels of control pictures
     * @return empty if its residuals fit, and if it can be told all that it asks for
     */
    public Optional<String> mismatch(UNet2DConditionConfig other, int pixelsPerLatent, int pictureChannels) {
        Optional<Long> pooled = unet.additionEmbedding().map(AdditionEmbedding::pooledDim);
        Optional<Long> given = other.additionEmbedding().map(AdditionEmbedding::pooledDim);
        return Stream.of(
                        mismatch("block_out_channels", unet.blockOutChannels(), other.blockOutChannels()),
                        mismatch("layers_per_block", unet.layersPerBlock(), other.layersPerBlock()),
                        mismatch("in_channels", unet.inChannels(), other.inChannels()),
                        mismatch("cross_attention_dim", unet.crossAttentionDim(), other.crossAttentionDim()),
                        mismatch("width of the pooled text", pooled, pooled.isEmpty() ? pooled : given),
                        mismatch("conditioning_channels", conditioningChannels, pictureChannels),
                        mismatch("factor from picture to latents", conditioningScaleFactor(), pixelsPerLatent))
                .flatMap(Optional::stream)
                .findFirst();
    }

    private static Optional<String> mismatch(String what, Object found, Object wanted) {
        return found.equals(wanted)
                ? Optional.empty()
                : Optional.of("its " + what + " is " + found + ", want " + wanted);
    }
}
