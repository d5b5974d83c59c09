package org.diffusionjmh.pipeline;

/** A pipeline from prompts and pictures to pictures, under the control of further pictures. */
public interface ControlNetImageToImagePipeline extends DiffusionPipeline<ControlNetImageToImageRequest> {}
