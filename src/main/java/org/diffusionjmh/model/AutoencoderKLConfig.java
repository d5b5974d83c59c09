package org.diffusionjmh.model;

import java.util.Collections;
import java.util.List;

/**
 * The {@code config.json} of an image autoencoder. Pipelines scale latents by {@code (x - mean) * scalingFactor / std} after encoding and
 * back before decoding; the graphs do not.
 *
 * @param inChannels channels of an image to encode
 * @param outChannels channels of a decoded image
 * @param latentChannels channels of the latents
 * @param blockOutChannels channels of each resolution, from the image's to the latents'
 * @param layersPerBlock residual blocks per resolution of the encoder; the decoder has one more
 * @param normNumGroups groups of all group norms
 * @param midBlockAddAttention whether the lowest resolution has self-attention
 * @param useQuantConv whether a 1x1 convolution ends the encoder
 * @param usePostQuantConv whether a 1x1 convolution begins the decoder
 * @param forceUpcast whether fp16 overflows in this network, so that pipelines run it in fp32
 * @param scalingFactor brings encoded latents to unit variance
 * @param latentsMean per latent channel; empty: 0. Only SDXL's pipelines use it
 * @param latentsStd per latent channel; empty: 1. Only SDXL's pipelines use it
 */
public record AutoencoderKLConfig(
        int inChannels,
        int outChannels,
        int latentChannels,
        List<Integer> blockOutChannels,
        int layersPerBlock,
        int normNumGroups,
        boolean midBlockAddAttention,
        boolean useQuantConv,
        boolean usePostQuantConv,
        boolean forceUpcast,
        double scalingFactor,
        List<Double> latentsMean,
        List<Double> latentsStd) {
    /** Added to the variance by every group norm of the network. */
    static final double NORM_EPS = 1e-6;

    public AutoencoderKLConfig {
        blockOutChannels = List.copyOf(blockOutChannels);
        latentsMean = List.copyOf(latentsMean);
        latentsStd = List.copyOf(latentsStd);
    }

    /**
     * Reads a configuration; absent keys have diffusers' defaults.
     *
     * @throws IllegalArgumentException naming file, key and value of what is not supported
     */
    public static AutoencoderKLConfig of(ModelConfig config) {
        List<Integer> channels = config.sizes("block_out_channels", List.of(64));
        int latentChannels = config.size("latent_channels", 4);
        AutoencoderKLConfig result = new AutoencoderKLConfig(
                config.size("in_channels", 3),
                config.size("out_channels", 3),
                latentChannels,
                channels,
                config.size("layers_per_block", 1),
                config.size("norm_num_groups", 32),
                config.flag("mid_block_add_attention", true),
                config.flag("use_quant_conv", true),
                config.flag("use_post_quant_conv", true),
                config.flag("force_upcast", true),
                config.number("scaling_factor", 0.18215),
                config.optionalNumbers("latents_mean", latentChannels),
                config.optionalNumbers("latents_std", latentChannels));
        if (result.latentsMean.isEmpty() != result.latentsStd.isEmpty()) {
            throw config.unsupported("latents_std", "latents_mean and latents_std together");
        }
        requireBlocks(config, "down_block_types", "DownEncoderBlock2D", channels.size());
        requireBlocks(config, "up_block_types", "UpDecoderBlock2D", channels.size());
        config.supported("act_fn", "silu", "swish");
        config.supported("shift_factor", null, 0);
        config.ignore("sample_size"); // of tiled decoding
        config.finish();
        return result;
    }

    /** How many times larger an image is than its latents, in height and in width. */
    public int vaeScaleFactor() {
        return 1 << (blockOutChannels.size() - 1);
    }

    ResnetBlock2D resnet() {
        return new ResnetBlock2D(normNumGroups, NORM_EPS, 1);
    }

    private static void requireBlocks(ModelConfig config, String key, String type, int count) {
        List<String> wanted = Collections.nCopies(count, type);
        if (!config.texts(key, List.of(type)).equals(wanted)) {
            throw config.unsupported(key, type + " for each of the " + count + " block_out_channels");
        }
    }
}
