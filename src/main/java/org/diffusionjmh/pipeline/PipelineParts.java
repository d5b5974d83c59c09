package org.diffusionjmh.pipeline;

import ai.djl.ndarray.types.DataType;
import java.util.List;
import java.util.OptionalInt;
import org.diffusionjmh.compiler.TensorTypes;
import org.diffusionjmh.graph.DType;
import org.diffusionjmh.libtorch.HostScalars;
import org.diffusionjmh.scheduler.Scheduler;

/**
 * What a latent diffusion pipeline is put together from.
 *
 * @param promptEncoder prompts to conditioning
 * @param denoiser the U-Net
 * @param decoder latents to pictures
 * @param scheduler the sampler
 * @param numTrainTimesteps timesteps of the model's training
 * @param latentChannels channels of the latents
 * @param guidanceEmbedding width of the guidance embedding, for models that were distilled with one
 * @param dtype type of the denoiser and of the latents
 * @param scalars numbers as operands
 * @param weights the components' weights, closed last
 */
record PipelineParts(
        PromptEncoder promptEncoder,
        Denoiser denoiser,
        LatentDecoder decoder,
        Scheduler scheduler,
        int numTrainTimesteps,
        int latentChannels,
        OptionalInt guidanceEmbedding,
        DType dtype,
        HostScalars scalars,
        List<ResidentWeights> weights)
        implements AutoCloseable {
    PipelineParts {
        weights = List.copyOf(weights);
    }

    DataType dataType() {
        return TensorTypes.dataType(dtype);
    }

    @Override
    public void close() {
        promptEncoder.close();
        denoiser.close();
        decoder.close();
        scalars.close();
        weights.forEach(ResidentWeights::close);
    }
}
