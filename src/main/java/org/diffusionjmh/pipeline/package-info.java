/**
 * From a request to pictures: encode the prompt, denoise latents step by step, decode them. A new pipeline combines the parts here in a
 * class of its own and is registered in {@link org.diffusionjmh.pipeline.Pipelines}.
 */
package org.diffusionjmh.pipeline;
