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
import org.diffusionjmh.image.RgbImage;
import org.diffusionjmh.image.VaeImageProcessor;
import org.diffusionjmh.libtorch.HostScalars;
import org.diffusionjmh.libtorch.ScalarType;
import org.diffusionjmh.libtorch.TorchSession;
import org.diffusionjmh.model.AutoencoderKL;
import org.diffusionjmh.model.AutoencoderKLConfig;
import org.diffusionjmh.model.CLIPTextModel;
import org.diffusionjmh.model.CLIPTextModelWithProjection;
import org.diffusionjmh.model.ClipTextConfig;
import org.diffusionjmh.model.ControlNetConfig;
import org.diffusionjmh.model.ControlNetModel;
import org.diffusionjmh.model.HiddenState;
import org.diffusionjmh.model.UNet2DConditionConfig;
import org.diffusionjmh.model.UNet2DConditionModel;
import org.diffusionjmh.model.UNetPart;
import org.diffusionjmh.source.FilesWithControlNets;
import org.diffusionjmh.source.ModelFiles;

/** Puts a latent diffusion pipeline together from a model's files. */
final class PipelineAssembly {
    /** Side of latents that every network can halve as often as it does. */
    private static final int EXAMPLE_SIDE = 64;

    private static final Denoiser.Sizes EXAMPLE = new Denoiser.Sizes(1, EXAMPLE_SIDE, EXAMPLE_SIDE, 1);

    private final ModelFiles files;
    private final PipelineOptions options;
    private final TorchSession session;
    private final ModelFamily family;
    private final Compiler compiler;
    private final HostScalars scalars;
    private final ComponentModules components;

    /**
     * @param warnings told what the compiler could not do
     */
    PipelineAssembly(
            ModelFiles files, PipelineOptions options, TorchSession session, ModelFamily family, Warnings warnings) {
        this.files = files;
        this.options = options;
        this.session = session;
        this.family = family;
        this.compiler = Compilers.of(options.compiler(), options.storage(), warnings.ofCompiler());
        this.scalars = new HostScalars(session.manager());
        this.components = new ComponentModules(files, compiler, session);
    }

    TextToImagePipeline textToImage() throws IOException {
        AutoencoderKL vae = vae();
        UNet2DConditionModel unet = unetOf(1, vae);
        return new LatentTextToImage(files, session, parts(TimeIds.TEXT_TO_IMAGE, unet, vae, Optional.empty()));
    }

    ImageToImagePipeline imageToImage() throws IOException {
        AutoencoderKL vae = vae();
        UNet2DConditionModel unet = unetOf(1, vae);
        return new LatentImageToImage(
                files, session, parts(TimeIds.IMAGE_TO_IMAGE, unet, vae, Optional.of(startEncoder(vae))), family);
    }

    ImageToImagePipeline instructPix2Pix() throws IOException {
        AutoencoderKL vae = vae();
        UNet2DConditionModel unet = unetOf(2, vae);
        LatentEncoder encoder = encoder(vae, autoencoderDtype(vae));
        return new InstructPix2Pix(files, session, parts(TimeIds.INSTRUCT_PIX2PIX, unet, vae, Optional.of(encoder)));
    }

    ControlNetPipeline controlNet(FilesWithControlNets nets) throws IOException {
        AutoencoderKL vae = vae();
        return new LatentControlNet(
                files, session, controlledParts(TimeIds.TEXT_TO_IMAGE, vae, Optional.empty(), nets));
    }

    ControlNetImageToImagePipeline controlNetImageToImage(FilesWithControlNets nets) throws IOException {
        AutoencoderKL vae = vae();
        Optional<LatentEncoder> encoder = Optional.of(startEncoder(vae));
        return new LatentControlNetImageToImage(
                files, session, controlledParts(TimeIds.IMAGE_TO_IMAGE, vae, encoder, nets), family);
    }

    private PipelineParts controlledParts(
            TimeIds timeIds, AutoencoderKL vae, Optional<LatentEncoder> encoder, FilesWithControlNets nets)
            throws IOException {
        UNet2DConditionModel unet = unetOf(1, vae);
        List<ControlNet> controlNets = new ArrayList<>();
        for (String component : nets.controlNetComponents()) {
            controlNets.add(controlNet(nets, component, unet, vae));
        }
        return parts(timeIds, unet, vae, encoder, controlNets, denoiser(unet, unet::graphWithResiduals));
    }

    private PipelineParts parts(
            TimeIds timeIds, UNet2DConditionModel unet, AutoencoderKL vae, Optional<LatentEncoder> encoder)
            throws IOException {
        return parts(timeIds, unet, vae, encoder, List.of(), denoiser(unet, unet::graph));
    }

    private PipelineParts parts(
            TimeIds timeIds,
            UNet2DConditionModel unet,
            AutoencoderKL vae,
            Optional<LatentEncoder> encoder,
            List<ControlNet> controlNets,
            Denoiser denoiser)
            throws IOException {
        PromptEncoder prompts =
                promptEncoder(timeIds, new GuidanceEmbedding(unet.config().timeCondProjDim()));
        LatentScaling scaling = scaling(vae.config());
        LatentDecoder decoder = decoder(vae, scaling);
        ModelScheduler scheduler = ModelScheduler.ofUNet(files, options.scheduler(), family);
        return new PipelineParts(
                prompts,
                encoder,
                controlNets,
                denoiser,
                decoder,
                scaling,
                scheduler.scheduler(),
                scheduler.numTrainTimesteps(),
                vae.config().latentChannels(),
                unet.config().timeCondProjDim(),
                options.dtype(),
                scalars,
                components.weights());
    }

    private Denoiser denoiser(UNet2DConditionModel unet, Denoiser.Graphs graphs) throws IOException {
        Function<Denoiser.Sizes, Graph> whole = graphs.of(options.dtype());
        Function<UNetDenoiser.SizedPart, Graph> parts = sized -> sized.part().of(whole.apply(sized.sizes()));
        return new UNetDenoiser(
                modules("unet", new UNetDenoiser.SizedPart(new UNetPart.Whole(), EXAMPLE), parts),
                components.wholeSteps("unet", parts),
                unet.config());
    }

    private ControlNet controlNet(
            FilesWithControlNets nets, String component, UNet2DConditionModel unet, AutoencoderKL vae)
            throws IOException {
        ControlNetModel model = new ControlNetModel(ControlNetConfig.of(nets.config(component)));
        int factor = vae.config().vaeScaleFactor();
        model.config().mismatch(unet.config(), factor, RgbImage.CHANNELS).ifPresent(reason -> {
            throw new IllegalArgumentException(files.description() + ": the ControlNet "
                    + nets.nameOf(component) + " does not fit the model: " + reason
                    + ". Give one that was made for models of this family");
        });
        Denoiser.Graphs graphs = model::graph;
        PictureInput pictures =
                new PictureInput(new VaeImageProcessor(factor, false), TensorTypes.dataType(options.dtype()));
        return new ControlNet(
                model.config(),
                graphs.of(options.dtype()),
                modules(component, EXAMPLE, graphs.of(options.dtype())),
                pictures);
    }

    private AutoencoderKL vae() throws IOException {
        return new AutoencoderKL(AutoencoderKLConfig.of(files.config("vae")));
    }

    /**
     * The U-Net.
     *
     * @param multiple how many times the latents' channels it must take
     * @throws IllegalArgumentException if it takes another number
     */
    private UNet2DConditionModel unetOf(int multiple, AutoencoderKL vae) throws IOException {
        UNet2DConditionModel unet = new UNet2DConditionModel(UNet2DConditionConfig.of(files.config("unet")));
        if (family == ModelFamily.LATENT_CONSISTENCY
                && unet.config().timeCondProjDim().isEmpty()) {
            throw new IllegalArgumentException(files.description()
                    + ": the U-Net's configuration has no time_cond_proj_dim: it is no latent consistency model");
        }
        int latents = vae.config().latentChannels();
        int channels = unet.config().inChannels();
        if (channels == multiple * latents) {
            return unet;
        }
        String message =
                files.description() + ": the U-Net takes " + channels + " channels, want " + multiple * latents + ". ";
        if (channels == 2 * latents) {
            message += "It edits pictures: it is an InstructPix2Pix model, which its model_index.json should say";
        } else if (channels == latents) {
            message += "It knows no input picture beside the latents: it is no InstructPix2Pix model";
        } else {
            message += "Models for inpainting and depth are not supported";
        }
        throw new IllegalArgumentException(message);
    }

    private void requireNoAestheticsScore() {
        JsonObject index = files.index();
        if (index.has("requires_aesthetics_score")
                && index.get("requires_aesthetics_score").getAsBoolean()) {
            throw new IllegalArgumentException(files.description()
                    + ": model_index.json has requires_aesthetics_score, which is SDXL's refiner and not supported");
        }
    }

    private PromptEncoder promptEncoder(TimeIds timeIds, GuidanceEmbedding guidanceEmbedding) throws IOException {
        return switch (family) {
            case STABLE_DIFFUSION, LATENT_CONSISTENCY ->
                new StableDiffusionPromptEncoder(textEncoder(HiddenState.ofStableDiffusion(0)), guidanceEmbedding);
            case STABLE_DIFFUSION_XL -> {
                JsonObject index = files.index();
                boolean forceZeros = !index.has("force_zeros_for_empty_prompt")
                        || index.get("force_zeros_for_empty_prompt").getAsBoolean();
                HiddenState hidden = HiddenState.ofStableDiffusionXl(0);
                yield new StableDiffusionXLPromptEncoder(
                        textEncoder(hidden), textEncoder2(hidden), forceZeros, timeIds, guidanceEmbedding);
            }
        };
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

    /** A type of larger range where the model says that half precision overflows; Stable Diffusion 1.x has always ignored the flag. */
    private DType autoencoderDtype(AutoencoderKL vae) {
        boolean upcast = family == ModelFamily.STABLE_DIFFUSION_XL
                && vae.config().forceUpcast()
                && options.dtype() == DType.FP16;
        return upcast ? wideRange() : options.dtype();
    }

    private DType wideRange() {
        return options.dtype() == DType.FP32 ? DType.FP32 : compiler.wideRange(session.device());
    }

    /** The encoder of a picture to start from, which SDXL computes in a type of larger range wherever its flag says so. */
    private LatentEncoder startEncoder(AutoencoderKL vae) throws IOException {
        requireNoAestheticsScore();
        boolean upcast =
                family == ModelFamily.STABLE_DIFFUSION_XL && vae.config().forceUpcast();
        return encoder(vae, upcast ? wideRange() : options.dtype());
    }

    private LatentEncoder encoder(AutoencoderKL vae, DType dtype) throws IOException {
        int factor = vae.config().vaeScaleFactor();
        int side = EXAMPLE_SIDE * factor;
        ShapedModules<LatentEncoder.Sizes> modules = modules(
                "vae",
                new LatentEncoder.Sizes(1, side, side),
                sizes -> vae.encoderGraph(sizes.batch(), sizes.height(), sizes.width(), dtype));
        return new LatentEncoder(
                modules, new PictureInput(new VaeImageProcessor(factor, true), TensorTypes.dataType(dtype)));
    }

    private LatentDecoder decoder(AutoencoderKL vae, LatentScaling scaling) throws IOException {
        DType dtype = autoencoderDtype(vae);
        ShapedModules<LatentDecoder.Sizes> modules = modules(
                "vae",
                new LatentDecoder.Sizes(1, EXAMPLE_SIDE, EXAMPLE_SIDE),
                sizes -> vae.decoderGraph(sizes.batch(), sizes.height(), sizes.width(), dtype));
        return new LatentDecoder(modules, scaling, ScalarType.of(TensorTypes.dataType(dtype)), scalars);
    }

    private LatentScaling scaling(AutoencoderKLConfig config) {
        boolean shifted = family == ModelFamily.STABLE_DIFFUSION_XL
                && !config.latentsMean().isEmpty();
        return shifted
                ? LatentScaling.of(
                        config.scalingFactor(), config.latentsMean(), config.latentsStd(), scalars, session.manager())
                : LatentScaling.of(config.scalingFactor(), scalars, session.manager());
    }

    private <S extends Record> ShapedModules<S> modules(String component, S example, Function<S, Graph> graphs)
            throws IOException {
        return components.of(component, example, graphs);
    }
}
