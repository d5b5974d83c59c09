package org.diffusionjmh.pipeline;

import ai.djl.ndarray.NDManager;
import org.diffusionjmh.libtorch.TorchSession;
import org.diffusionjmh.source.ModelFiles;

/** Image to image: starts from a picture with noise. */
final class LatentImageToImage extends LatentDiffusionPipeline<ImageToImageRequest> implements ImageToImagePipeline {
    private final PictureStart pictureStart;

    LatentImageToImage(ModelFiles files, TorchSession session, PipelineParts parts, ModelFamily family) {
        super(files, session, parts);
        this.pictureStart = new PictureStart(parts, family);
    }

    @Override
    Denoising start(ImageToImageRequest request, Warnings warnings, NoiseSource source, NDManager manager) {
        if (request.imageGuidanceScale().isPresent()) {
            throw new IllegalArgumentException(description()
                    + ": takes no image_guidance_scale, which is InstructPix2Pix's;"
                    + " strength says how far the result may be from the picture");
        }
        TextToImageRequest text = request.text();
        RunPlan plan = pictureStart.plan(request);
        Guidance guidance = parts().classifierFreeGuidance(text);
        Conditioning conditioning = parts().promptEncoder().encode(text, guidance.prompts(), manager, warnings);
        return pictureStart.start(request, plan, guidance, conditioning, source, manager);
    }
}
