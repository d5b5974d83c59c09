package org.diffusionjmh.pipeline;

import java.io.IOException;
import org.diffusionjmh.libtorch.TorchSession;

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
        TorchSession session = TorchSession.open(options.device());
        try {
            ModelFiles files = ModelResolver.of(System.getenv())
                    .resolve(model, options.scale(), options.variant(), session.manager(), warnings);
            return textToImage(files, options, session, warnings);
        } catch (IOException | RuntimeException e) {
            session.close();
            throw e;
        }
    }

    /**
     * Puts a text-to-image pipeline together. Compiles nothing yet; weights are loaded when a network is first compiled.
     *
     * @param files the model; closed with the pipeline, or here if there is none
     * @param warnings told what the compiler could not do
     * @throws IOException if files cannot be read
     * @throws IllegalArgumentException if the model has something that is not supported; the message says what
     */
    static TextToImagePipeline textToImage(
            ModelFiles files, PipelineOptions options, TorchSession session, Warnings warnings) throws IOException {
        try {
            return assemble(new PipelineAssembly(files, options, session, warnings), files.description());
        } catch (IOException | RuntimeException e) {
            files.close();
            throw e;
        }
    }

    private static TextToImagePipeline assemble(PipelineAssembly assembly, ModelDescription model) throws IOException {
        String pipelineClass = model.pipelineClass();
        return switch (pipelineClass) {
            case "StableDiffusionPipeline" -> assembly.stableDiffusion();
            case "StableDiffusionXLPipeline" -> assembly.stableDiffusionXl();
            default ->
                throw new IllegalArgumentException(model.model() + ": model_index.json names the pipeline "
                        + pipelineClass + "; supported: StableDiffusionPipeline, StableDiffusionXLPipeline");
        };
    }
}
