package org.diffusionjmh.pipeline;

/** A pipeline from prompts to pictures. */
public interface TextToImagePipeline extends DiffusionPipeline<TextToImageRequest> {}
