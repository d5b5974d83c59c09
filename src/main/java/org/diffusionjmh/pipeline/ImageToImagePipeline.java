package org.diffusionjmh.pipeline;

/** A pipeline from a picture and prompts to pictures. */
public interface ImageToImagePipeline extends DiffusionPipeline<ImageToImageRequest> {}
