package org.diffusionjmh.pipeline;

import java.io.IOException;
import org.diffusionjmh.libtorch.TorchSession;

/** Loads pipelines: the one place that knows which class serves which {@code model_index.json}. */
public final class Pipelines {
    private Pipelines() {}

    /**
     * Puts a text-to-image pipeline together. Compiles nothing yet; weights are loaded when a network is first compiled.
     *
     * @param files the model; closed with the pipeline, or here if there is none
     * @throws IOException if files cannot be read
     * @throws IllegalArgumentException if the model has something that is not supported; the message says what
     */
    static TextToImagePipeline textToImage(ModelFiles files, PipelineOptions options, TorchSession session)
            throws IOException {
        PipelineAssembly assembly = new PipelineAssembly(files, options, session);
        String pipelineClass = files.description().pipelineClass();
        return switch (pipelineClass) {
            case "StableDiffusionPipeline" -> assembly.stableDiffusion();
            case "StableDiffusionXLPipeline" -> assembly.stableDiffusionXl();
            default ->
                throw new IllegalArgumentException(
                        files.description().model() + ": model_index.json names the pipeline " + pipelineClass
                                + "; supported: StableDiffusionPipeline, StableDiffusionXLPipeline");
        };
    }
}
