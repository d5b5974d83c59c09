package org.diffusionjmh.model;

import org.diffusionjmh.graph.DType;
import org.diffusionjmh.graph.Graph;
import org.diffusionjmh.graph.GraphBuilder;
import org.diffusionjmh.graph.Node;
import org.diffusionjmh.graph.PointwiseOp;

/** The variational autoencoder between images and the latents that diffusion runs on (Rombach et al. 2022). */
public final class AutoencoderKL {
    /** Bounds of the log-variance, against overflow of its exponential. */
    private static final PointwiseOp LOGVAR_BOUNDS = new PointwiseOp.Clamp(-30, 20);

    private final AutoencoderKLConfig config;

    public AutoencoderKL(AutoencoderKLConfig config) {
        this.config = config;
    }

    public AutoencoderKLConfig config() {
        return config;
    }

    /**
     * The decoder for latents of a size. Input: {@code latents} [batch, latent_channels, latentHeight, latentWidth], unscaled. Output:
     * {@code image} [batch, out_channels, f latentHeight, f latentWidth], f the {@link AutoencoderKLConfig#vaeScaleFactor}, in about
     * [-1, 1].
     *
     * @param dtype of weights, input and output; see {@link AutoencoderKLConfig#forceUpcast}
     */
    public Graph decoderGraph(long batch, long latentHeight, long latentWidth, DType dtype) {
        GraphBuilder b = new GraphBuilder("vae_decoder", dtype);
        Node latents = b.input("latents", dtype, batch, config.latentChannels(), latentHeight, latentWidth);
        if (config.usePostQuantConv()) {
            latents = b.in("post_quant_conv").conv2d(latents, config.latentChannels(), 1, 1, 0);
        }
        b.output("image", new VaeDecoder(config).apply(b.in("decoder"), latents));
        return b.build();
    }

    /**
     * The encoder for images of a size. Input: {@code image} [batch, in_channels, height, width] in [-1, 1]. Outputs: {@code mean} and
     * {@code logvar} of the latents' normal distribution, [batch, latent_channels, height / f, width / f] each, unscaled.
     *
     * @param dtype of weights, input and outputs; see {@link AutoencoderKLConfig#forceUpcast}
     */
    public Graph encoderGraph(long batch, long height, long width, DType dtype) {
        GraphBuilder b = new GraphBuilder("vae_encoder", dtype);
        Node image = b.input("image", dtype, batch, config.inChannels(), height, width);
        Node moments = new VaeEncoder(config).apply(b.in("encoder"), image);
        int channels = config.latentChannels();
        if (config.useQuantConv()) {
            moments = b.in("quant_conv").conv2d(moments, 2L * channels, 1, 1, 0);
        }
        b.output("mean", b.slice(moments, 1, 0, channels));
        b.output("logvar", b.apply(LOGVAR_BOUNDS, b.slice(moments, 1, channels, 2L * channels)));
        return b.build();
    }
}
