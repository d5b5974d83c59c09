package org.diffusionjmh.pipeline;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.diffusionjmh.compiler.Compilers;
import org.diffusionjmh.compiler.ShapedModules;
import org.diffusionjmh.compiler.TensorTypes;
import org.diffusionjmh.graph.DType;
import org.diffusionjmh.libtorch.HostScalars;
import org.diffusionjmh.libtorch.ScalarType;
import org.diffusionjmh.libtorch.TorchSession;
import org.diffusionjmh.model.AutoencoderKL;
import org.diffusionjmh.model.AutoencoderKLConfig;
import org.diffusionjmh.model.PixArtTransformer2DConfig;
import org.diffusionjmh.model.PixArtTransformer2DModel;
import org.diffusionjmh.model.T5Config;
import org.diffusionjmh.model.T5EncoderModel;
import org.diffusionjmh.source.ModelFiles;

/** Puts a PixArt-alpha pipeline together from a model's files. */
final class PixArtAssembly {
    private final ModelFiles files;
    private final PipelineOptions options;
    private final TorchSession session;
    private final HostScalars scalars;
    private final ComponentModules modules;

    /**
     * @param warnings told what the compiler could not do
     */
    PixArtAssembly(ModelFiles files, PipelineOptions options, TorchSession session, Warnings warnings) {
        this.files = files;
        this.options = options;
        this.session = session;
        this.scalars = new HostScalars(session.manager());
        this.modules = new ComponentModules(
                files, Compilers.of(options.compiler(), options.storage(), warnings.ofCompiler()), session);
    }

    TextToImagePipeline textToImage() throws IOException {
        DType dtype = options.dtype();
        AutoencoderKL vae = new AutoencoderKL(AutoencoderKLConfig.of(files.config("vae")));
        PixArtTransformer2DModel transformer =
                new PixArtTransformer2DModel(PixArtTransformer2DConfig.of(files.config("transformer")));
        PixArtTransformer2DConfig config = transformer.config();
        T5EncoderModel encoder = new T5EncoderModel(T5Config.of(files.config("text_encoder")));
        requireFitting(config, vae, encoder);

        T5TextEncoder textEncoder = textEncoder(encoder);
        int side = config.sampleSize() - config.sampleSize() % config.patchSize();
        Denoiser.Graphs graphs = transformer::graph;
        Denoiser denoiser = new TransformerDenoiser(
                modules.of("transformer", new Denoiser.Sizes(1, side, side, 1), graphs.of(dtype)),
                modules.wholeSteps("transformer", graphs.of(dtype)));
        LatentScaling scaling = LatentScaling.of(vae.config().scalingFactor(), scalars, session.manager());
        LatentDecoder decoder = decoder(vae, scaling, side);
        ModelScheduler scheduler = ModelScheduler.of(files.schedulerConfig(), schedulerClass());
        PipelineParts parts = new PipelineParts(
                new PixArtPromptEncoder(textEncoder, config.useAdditionalConditions()),
                Optional.empty(),
                List.of(),
                denoiser,
                decoder,
                scaling,
                scheduler.scheduler(),
                scheduler.numTrainTimesteps(),
                config.inChannels(),
                OptionalInt.empty(),
                dtype,
                scalars,
                modules.weights());
        return new PixArtAlpha(files, session, parts, config);
    }

    /** The class to use instead of the model's own scheduler, which it keeps unless one is asked for by name. */
    private Optional<String> schedulerClass() {
        return options.scheduler().filter(name -> !name.equals(PipelineOptions.AUTO));
    }

    private void requireFitting(PixArtTransformer2DConfig transformer, AutoencoderKL vae, T5EncoderModel encoder) {
        int channels = transformer.inChannels();
        int latents = vae.config().latentChannels();
        if (channels != latents) {
            throw new IllegalArgumentException(files.description() + ": the transformer takes " + channels
                    + " channels, want the autoencoder's latent_channels, " + latents);
        }
        if (transformer.outChannels() != channels && transformer.outChannels() != 2 * channels) {
            throw new IllegalArgumentException(files.description() + ": the transformer gives "
                    + transformer.outChannels() + " channels, want " + channels + ", or " + 2 * channels
                    + " if it predicts variances as well");
        }
        if (transformer.textDim() != encoder.config().dModel()) {
            throw new IllegalArgumentException(files.description() + ": the transformer takes text of width "
                    + transformer.textDim() + ", want the text encoder's d_model, "
                    + encoder.config().dModel());
        }
    }

    private T5TextEncoder textEncoder(T5EncoderModel model) throws IOException {
        ShapedModules<T5TextEncoder.Sizes> encoders = modules.of(
                "text_encoder",
                new T5TextEncoder.Sizes(1, 1),
                sizes -> model.graph(sizes.batch(), sizes.length(), options.dtype()));
        return new T5TextEncoder(files.t5Tokenizer("tokenizer"), encoders);
    }

    /** In the pipeline's type always: diffusers' pipeline does not look at the autoencoder's {@code force_upcast}. */
    private LatentDecoder decoder(AutoencoderKL vae, LatentScaling scaling, int side) throws IOException {
        DType dtype = options.dtype();
        return new LatentDecoder(
                modules.of(
                        "vae",
                        new LatentDecoder.Sizes(1, side, side),
                        sizes -> vae.decoderGraph(sizes.batch(), sizes.height(), sizes.width(), dtype)),
                scaling,
                ScalarType.of(TensorTypes.dataType(dtype)),
                scalars);
    }
}
