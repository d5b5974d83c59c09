package org.diffusionjmh.pipeline;

/** A pipeline from prompts to pictures that resemble control pictures in what its ControlNets look for. */
public interface ControlNetPipeline extends DiffusionPipeline<ControlNetRequest> {}
