package org.diffusionjmh.pipeline;

import ai.djl.ndarray.NDManager;
import org.diffusionjmh.libtorch.TorchSession;
import org.diffusionjmh.source.ModelFiles;

/** Text to image: starts from noise. */
final class LatentTextToImage extends LatentDiffusionPipeline<TextToImageRequest> implements TextToImagePipeline {
    LatentTextToImage(ModelFiles files, TorchSession session, PipelineParts parts) {
        super(files, session, parts);
    }

    @Override
    Denoising start(TextToImageRequest request, Warnings warnings, NoiseSource source, NDManager manager) {
        Guidance guidance = parts().classifierFreeGuidance(request);
        Conditioning conditioning = parts().promptEncoder().encode(request, guidance.prompts(), manager, warnings);
        return fromNoise(request, guidance, conditioning, source, manager);
    }
}
