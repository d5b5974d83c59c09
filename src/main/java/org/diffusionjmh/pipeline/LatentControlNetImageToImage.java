package org.diffusionjmh.pipeline;

import ai.djl.ndarray.NDManager;
import org.diffusionjmh.libtorch.TorchSession;
import org.diffusionjmh.source.ModelFiles;

/** Image to image with ControlNets: starts from a picture with noise, and control pictures have a say in the steps. */
final class LatentControlNetImageToImage extends LatentDiffusionPipeline<ControlNetImageToImageRequest>
        implements ControlNetImageToImagePipeline {
    private final PictureStart pictureStart;
    private final Controls controls;

    LatentControlNetImageToImage(ModelFiles files, TorchSession session, PipelineParts parts, ModelFamily family) {
        super(files, session, parts);
        this.pictureStart = new PictureStart(parts, family);
        this.controls = new Controls(parts);
    }

    @Override
    Denoising start(ControlNetImageToImageRequest request, Warnings warnings, NoiseSource source, NDManager manager) {
        TextToImageRequest text = request.control().text();
        ImageToImageRequest picture = request.start();
        RunPlan plan = pictureStart.plan(picture);
        Guidance guidance = parts().classifierFreeGuidance(text);
        Conditioning conditioning = parts().promptEncoder().encode(text, guidance.prompts(), manager, warnings);
        Control control = controls.of(request.control(), plan, guidance, conditioning, manager);
        return pictureStart.start(picture, plan, guidance, conditioning.withControl(control), source, manager);
    }
}
