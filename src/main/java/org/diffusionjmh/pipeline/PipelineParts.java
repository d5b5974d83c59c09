package org.diffusionjmh.pipeline;

import ai.djl.ndarray.types.DataType;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.diffusionjmh.compiler.TensorTypes;
import org.diffusionjmh.graph.DType;
import org.diffusionjmh.libtorch.HostScalars;
import org.diffusionjmh.scheduler.Scheduler;

/**
 * What a latent diffusion pipeline is put together from.
 *
 * @param promptEncoder prompts to conditioning
 * @param encoder pictures to latents, for pipelines that take pictures
 * @param controlNets what adds to the U-Net's features, for pipelines with ControlNets
 * @param denoiser the U-Net or transformer
 * @param decoder latents to pictures
 * @param scaling between the autoencoder's latents and the denoiser's
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
        Optional<LatentEncoder> encoder,
        List<ControlNet> controlNets,
        Denoiser denoiser,
        LatentDecoder decoder,
        LatentScaling scaling,
        Scheduler scheduler,
        int numTrainTimesteps,
        int latentChannels,
        OptionalInt guidanceEmbedding,
        DType dtype,
        HostScalars scalars,
        List<ResidentWeights> weights)
        implements AutoCloseable {
    PipelineParts {
        controlNets = List.copyOf(controlNets);
        weights = List.copyOf(weights);
    }

    DataType dataType() {
        return TensorTypes.dataType(dtype);
    }

    /** The guidance by a request's prompts: none if its scale is 1 or less, or if the model was distilled with guidance. */
    Guidance classifierFreeGuidance(TextToImageRequest request) {
        return request.guidanceScale() > 1 && guidanceEmbedding.isEmpty()
                ? new ClassifierFreeGuidance(
                        request.guidanceScale(), new GuidanceRescale(request.guidanceRescale(), scalars), scalars)
                : Guidance.none();
    }

    @Override
    public void close() {
        promptEncoder.close();
        encoder.ifPresent(LatentEncoder::close);
        controlNets.forEach(ControlNet::close);
        denoiser.close();
        decoder.close();
        scaling.close();
        scalars.close();
        weights.forEach(ResidentWeights::close);
    }
}
