package org.diffusionjmh.pipeline;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.diffusionjmh.libtorch.TorchSession;
import org.diffusionjmh.source.BuiltInModel;
import org.diffusionjmh.source.ControlNetFiles;
import org.diffusionjmh.source.ControlNetResolver;
import org.diffusionjmh.source.FilesWithControlNets;
import org.diffusionjmh.source.ModelDescription;
import org.diffusionjmh.source.ModelFiles;
import org.diffusionjmh.source.ModelResolver;

/** Loads pipelines: the one place that knows which class serves which {@code model_index.json}. */
public final class Pipelines {
    private Pipelines() {}

    /**
     * Loads a text-to-image pipeline. Compiles nothing yet.
     *
     * @param model a snapshot's folder; or a hub id in the local Hugging Face cache, which is where its environment variables say; or a
     *     {@link BuiltInModel}'s name
     * @param warnings told if the weights are made up, and what the compiler could not do
     * @throws IOException if files cannot be read
     * @throws IllegalArgumentException if there is no such model or it has something that is not supported; the message says what
     */
    public static TextToImagePipeline textToImage(String model, PipelineOptions options, Warnings warnings)
            throws IOException {
        return load(model, options, warnings, Pipelines::textToImage);
    }

    /**
     * Loads a pipeline from pictures to pictures: InstructPix2Pix if that is what the model is, else image-to-image. Compiles nothing yet.
     *
     * @param model as for {@link #textToImage(String, PipelineOptions, Warnings)}
     * @param warnings told if the weights are made up, and what the compiler could not do
     * @throws IOException if files cannot be read
     * @throws IllegalArgumentException if there is no such model or it has something that is not supported; the message says what
     */
    public static ImageToImagePipeline imageToImage(String model, PipelineOptions options, Warnings warnings)
            throws IOException {
        return load(model, options, warnings, Pipelines::imageToImage);
    }

    /**
     * Loads a text-to-image pipeline with ControlNets. Compiles nothing yet.
     *
     * @param model as for {@link #textToImage(String, PipelineOptions, Warnings)}
     * @param controlNets at least one: a ControlNet's folder; or a hub id in the local Hugging Face cache; or a
     *     {@link org.diffusionjmh.source.BuiltInControlNet}'s name
     * @param warnings told if weights are made up, and what the compiler could not do
     * @throws IOException if files cannot be read
     * @throws IllegalArgumentException if there is no such model or ControlNet, they do not go together, or one has something that is not
     *     supported; the message says what
     */
    public static ControlNetPipeline controlNet(
            String model, List<String> controlNets, PipelineOptions options, Warnings warnings) throws IOException {
        return load(
                model,
                options,
                warnings,
                (files, given, session, told) -> controlNet(
                        files, controlNetFiles(files, controlNets, given, session, told), given, session, told));
    }

    /**
     * Loads an image-to-image pipeline with ControlNets. Compiles nothing yet.
     *
     * @param model as for {@link #textToImage(String, PipelineOptions, Warnings)}
     * @param controlNets as for {@link #controlNet(String, List, PipelineOptions, Warnings)}
     * @param warnings told if weights are made up, and what the compiler could not do
     * @throws IOException if files cannot be read
     * @throws IllegalArgumentException if there is no such model or ControlNet, they do not go together, or one has something that is not
     *     supported; the message says what
     */
    public static ControlNetImageToImagePipeline controlNetImageToImage(
            String model, List<String> controlNets, PipelineOptions options, Warnings warnings) throws IOException {
        return load(
                model,
                options,
                warnings,
                (files, given, session, told) -> controlNetImageToImage(
                        files, controlNetFiles(files, controlNets, given, session, told), given, session, told));
    }

    /**
     * Puts a text-to-image pipeline together. Compiles nothing yet.
     *
     * @param files the model; closed with the pipeline, or here if there is none
     * @param warnings told what the compiler could not do
     * @throws IOException if files cannot be read
     * @throws IllegalArgumentException if the model has something that is not supported; the message says what
     */
    static TextToImagePipeline textToImage(
            ModelFiles files, PipelineOptions options, TorchSession session, Warnings warnings) throws IOException {
        return closingOnFailure(files, () -> {
            if (files.description().editsPictures()) {
                throw new IllegalArgumentException(files.description()
                        + ": edits pictures and makes none from text alone; give it an input image");
            }
            requireNoControlNet(files.description());
            return files.description().isPixArt()
                    ? new PixArtAssembly(files, options, session, warnings).textToImage()
                    : assembly(files, options, session, warnings).textToImage();
        });
    }

    /**
     * Puts a pipeline from pictures to pictures together. Compiles nothing yet.
     *
     * @param files the model; closed with the pipeline, or here if there is none
     * @param warnings told what the compiler could not do
     * @throws IOException if files cannot be read
     * @throws IllegalArgumentException if the model has something that is not supported; the message says what
     */
    static ImageToImagePipeline imageToImage(
            ModelFiles files, PipelineOptions options, TorchSession session, Warnings warnings) throws IOException {
        return closingOnFailure(files, () -> {
            requireNoControlNet(files.description());
            requireNotPixArt(files.description());
            PipelineAssembly assembly = assembly(files, options, session, warnings);
            return files.description().editsPictures() ? assembly.instructPix2Pix() : assembly.imageToImage();
        });
    }

    /**
     * Puts a text-to-image pipeline with ControlNets together. Compiles nothing yet.
     *
     * @param files the model; closed with the pipeline, or here if there is none
     * @param controlNets at least one; closed as the model is
     * @param warnings told what the compiler could not do
     * @throws IOException if files cannot be read
     * @throws IllegalArgumentException if the model or a ControlNet has something that is not supported, or they do not go together; the
     *     message says what
     */
    static ControlNetPipeline controlNet(
            ModelFiles files,
            List<ControlNetFiles> controlNets,
            PipelineOptions options,
            TorchSession session,
            Warnings warnings)
            throws IOException {
        FilesWithControlNets all = new FilesWithControlNets(files, controlNets);
        return closingOnFailure(all, () -> {
            requireNotPixArt(files.description());
            return assembly(all, options, session, warnings).controlNet(all);
        });
    }

    /**
     * Puts an image-to-image pipeline with ControlNets together. Compiles nothing yet.
     *
     * @param files the model; closed with the pipeline, or here if there is none
     * @param controlNets at least one; closed as the model is
     * @param warnings told what the compiler could not do
     * @throws IOException if files cannot be read
     * @throws IllegalArgumentException if the model or a ControlNet has something that is not supported, or they do not go together; the
     *     message says what
     */
    static ControlNetImageToImagePipeline controlNetImageToImage(
            ModelFiles files,
            List<ControlNetFiles> controlNets,
            PipelineOptions options,
            TorchSession session,
            Warnings warnings)
            throws IOException {
        FilesWithControlNets all = new FilesWithControlNets(files, controlNets);
        return closingOnFailure(all, () -> {
            requireNotPixArt(files.description());
            return assembly(all, options, session, warnings).controlNetImageToImage(all);
        });
    }

    private static List<ControlNetFiles> controlNetFiles(
            ModelFiles model, List<String> names, PipelineOptions options, TorchSession session, Warnings warnings)
            throws IOException {
        ControlNetResolver resolver = ControlNetResolver.of(System.getenv());
        List<ControlNetFiles> files = new ArrayList<>();
        try {
            for (String name : names) {
                files.add(
                        resolver.resolve(name, options.scale(), options.variant(), session.manager(), warnings::warn));
            }
            return files;
        } catch (IOException | RuntimeException e) {
            new FilesWithControlNets(model, files).close();
            throw e;
        }
    }

    private static void requireNoControlNet(ModelDescription model) {
        if (model.takesControlNets()) {
            throw new IllegalArgumentException(
                    model + ": is a pipeline with a ControlNet; give the ControlNet, which may"
                            + " be the folder controlnet of a snapshot");
        }
    }

    private static void requireNotPixArt(ModelDescription model) {
        if (model.isPixArt()) {
            throw new IllegalArgumentException(
                    model + ": makes pictures from text alone, without an input image or a ControlNet");
        }
    }

    private static PipelineAssembly assembly(
            ModelFiles files, PipelineOptions options, TorchSession session, Warnings warnings) {
        ModelDescription model = files.description();
        ModelFamily family =
                switch (model.pipelineClass()) {
                    case "StableDiffusionPipeline",
                            "StableDiffusionControlNetPipeline",
                            "StableDiffusionControlNetImg2ImgPipeline",
                            "StableDiffusionImg2ImgPipeline",
                            "StableDiffusionInstructPix2PixPipeline" -> ModelFamily.STABLE_DIFFUSION;
                    case "LatentConsistencyModelPipeline", "LatentConsistencyModelImg2ImgPipeline" ->
                        ModelFamily.LATENT_CONSISTENCY;
                    case "StableDiffusionXLPipeline",
                            "StableDiffusionXLControlNetPipeline",
                            "StableDiffusionXLControlNetImg2ImgPipeline",
                            "StableDiffusionXLImg2ImgPipeline",
                            "StableDiffusionXLInstructPix2PixPipeline" -> ModelFamily.STABLE_DIFFUSION_XL;
                    default ->
                        throw new IllegalArgumentException(model.model() + ": model_index.json names the pipeline "
                                + model.pipelineClass() + "; supported: StableDiffusionPipeline and"
                                + " StableDiffusionXLPipeline, and both with Img2Img, InstructPix2Pix or ControlNet in"
                                + " the name, LatentConsistencyModelPipeline and PixArtAlphaPipeline");
                };
        return new PipelineAssembly(files, options, session, family, warnings);
    }

    private interface Loading<P> {
        P load() throws IOException;
    }

    private interface Assembling<P> {
        P from(ModelFiles files, PipelineOptions options, TorchSession session, Warnings warnings) throws IOException;
    }

    private static <P> P load(String model, PipelineOptions options, Warnings warnings, Assembling<P> assembling)
            throws IOException {
        TorchSession session = TorchSession.open(options.device());
        try {
            ModelFiles files = ModelResolver.of(System.getenv())
                    .resolve(model, options.scale(), options.variant(), session.manager(), warnings::warn);
            return assembling.from(files, options, session, warnings);
        } catch (IOException | RuntimeException e) {
            session.close();
            throw e;
        }
    }

    private static <P> P closingOnFailure(ModelFiles files, Loading<P> loading) throws IOException {
        try {
            return loading.load();
        } catch (IOException | RuntimeException e) {
            files.close();
            throw e;
        }
    }
}
