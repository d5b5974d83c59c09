package org.diffusionjmh.pipeline;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.diffusionjmh.compiler.Compiler;
import org.diffusionjmh.compiler.Compilers;
import org.diffusionjmh.compiler.ShapedModules;
import org.diffusionjmh.compiler.TensorTypes;
import org.diffusionjmh.graph.DType;
import org.diffusionjmh.graph.Graph;
import org.diffusionjmh.libtorch.HostScalars;
import org.diffusionjmh.libtorch.NoiseGenerator;
import org.diffusionjmh.libtorch.ScalarType;
import org.diffusionjmh.libtorch.TorchSession;
import org.diffusionjmh.model.AutoencoderKL;
import org.diffusionjmh.model.AutoencoderKLConfig;
import org.diffusionjmh.model.CLIPTextModel;
import org.diffusionjmh.model.CLIPTextModelWithProjection;
import org.diffusionjmh.model.ClipTextConfig;
import org.diffusionjmh.model.HiddenState;
import org.diffusionjmh.model.UNet2DConditionConfig;
import org.diffusionjmh.model.UNet2DConditionModel;
import org.diffusionjmh.scheduler.Scheduler;

/** Puts a latent diffusion pipeline together from a model's files. */
final class PipelineAssembly {
    private static final int DEFAULT_TRAIN_TIMESTEPS = 1000;

    /** Side of latents that every network can halve as often as it does. */
    private static final int EXAMPLE_SIDE = 64;

    private final ModelFiles files;
    private final PipelineOptions options;
    private final TorchSession session;
    private final Compiler compiler;
    private final HostScalars scalars;
    private final List<ResidentWeights> weights = new ArrayList<>();

    PipelineAssembly(ModelFiles files, PipelineOptions options, TorchSession session, Warnings warnings) {
        this.files = files;
        this.options = options;
        this.session = session;
        this.compiler = Compilers.of(options.compiler(), warnings::warn);
        this.scalars = new HostScalars(session.manager());
    }

    /** Stable Diffusion 1.x and 2.x. */
    TextToImagePipeline stableDiffusion() throws IOException {
        UNet2DConditionModel unet = unet();
        PromptEncoder prompts = new StableDiffusionPromptEncoder(
                textEncoder(HiddenState.ofStableDiffusion(0)), guidanceEmbedding(unet));
        return pipeline(prompts, unet, vaeDecoder(false));
    }

    /** SDXL. */
    TextToImagePipeline stableDiffusionXl() throws IOException {
        UNet2DConditionModel unet = unet();
        JsonObject index = files.index();
        boolean forceZeros = !index.has("force_zeros_for_empty_prompt")
                || index.get("force_zeros_for_empty_prompt").getAsBoolean();
        HiddenState hidden = HiddenState.ofStableDiffusionXl(0);
        PromptEncoder prompts = new StableDiffusionXLPromptEncoder(
                textEncoder(hidden), textEncoder2(hidden), forceZeros, guidanceEmbedding(unet));
        return pipeline(prompts, unet, vaeDecoder(true));
    }

    private TextToImagePipeline pipeline(PromptEncoder prompts, UNet2DConditionModel unet, LatentDecoder decoder)
            throws IOException {
        DType dtype = options.dtype();
        Denoiser denoiser = new Denoiser(modules(
                "unet",
                new Denoiser.Sizes(1, EXAMPLE_SIDE, EXAMPLE_SIDE, 1),
                sizes -> unet.graph(sizes.batch(), sizes.height(), sizes.width(), sizes.textLength(), dtype)));
        JsonObject schedulerConfig = files.schedulerConfig();
        Scheduler scheduler = options.scheduler()
                .map(name -> Scheduler.fromConfigOf(name, schedulerConfig))
                .orElseGet(() -> Scheduler.of(schedulerConfig));
        int trainTimesteps = schedulerConfig.has("num_train_timesteps")
                ? schedulerConfig.get("num_train_timesteps").getAsInt()
                : DEFAULT_TRAIN_TIMESTEPS;
        PipelineParts parts = new PipelineParts(
                prompts,
                denoiser,
                decoder,
                scheduler,
                trainTimesteps,
                unet.config().inChannels(),
                unet.config().timeCondProjDim(),
                options.dtype(),
                scalars,
                weights);
        return new LatentDiffusionPipeline(files, session, parts, new NoiseGenerator(session.manager()));
    }

    private UNet2DConditionModel unet() throws IOException {
        return new UNet2DConditionModel(UNet2DConditionConfig.of(files.config("unet")));
    }

    private static GuidanceEmbedding guidanceEmbedding(UNet2DConditionModel unet) {
        return new GuidanceEmbedding(unet.config().timeCondProjDim());
    }

    private ClipTextEncoder textEncoder(HiddenState hidden) throws IOException {
        CLIPTextModel model = new CLIPTextModel(ClipTextConfig.of(files.config("text_encoder")));
        ShapedModules<ClipTextEncoder.Sizes> modules = modules(
                "text_encoder",
                new ClipTextEncoder.Sizes(1, hidden),
                sizes -> model.graph(sizes.batch(), options.dtype(), sizes.hidden()));
        return new ClipTextEncoder(files.tokenizer("tokenizer"), modules, Optional.empty());
    }

    private ClipTextEncoder textEncoder2(HiddenState hidden) throws IOException {
        CLIPTextModelWithProjection model =
                new CLIPTextModelWithProjection(ClipTextConfig.of(files.config("text_encoder_2")));
        ShapedModules<ClipTextEncoder.Sizes> modules = modules(
                "text_encoder_2",
                new ClipTextEncoder.Sizes(1, hidden),
                sizes -> model.graph(sizes.batch(), options.dtype(), sizes.hidden()));
        return new ClipTextEncoder(files.tokenizer("tokenizer_2"), modules, Optional.of(model::eosPositions));
    }

    /**
     * @param honoursForceUpcast whether the pipeline runs a VAE in float32 that would overflow in half precision; Stable Diffusion 1.x
     *     has always ignored the flag
     */
    private LatentDecoder vaeDecoder(boolean honoursForceUpcast) throws IOException {
        AutoencoderKLConfig config = AutoencoderKLConfig.of(files.config("vae"));
        AutoencoderKL vae = new AutoencoderKL(config);
        boolean upcast = honoursForceUpcast && config.forceUpcast() && options.dtype() == DType.FP16;
        DType dtype = upcast ? DType.FP32 : options.dtype();
        return new LatentDecoder(
                modules(
                        "vae",
                        new LatentDecoder.Sizes(1, EXAMPLE_SIDE, EXAMPLE_SIDE),
                        sizes -> vae.decoderGraph(sizes.batch(), sizes.height(), sizes.width(), dtype)),
                config.scalingFactor(),
                ScalarType.of(TensorTypes.dataType(dtype)),
                scalars);
    }

    /**
     * @param example any sizes: the weights of their graph are loaded now, modules are compiled later
     */
    private <S extends Record> ShapedModules<S> modules(String component, S example, Function<S, Graph> graphs)
            throws IOException {
        ResidentWeights resident = new ResidentWeights(files.weights(component), session.manager());
        weights.add(resident);
        resident.load(graphs.apply(example));
        return new ShapedModules<>(graphs, compiler, resident, session.manager());
    }
}
