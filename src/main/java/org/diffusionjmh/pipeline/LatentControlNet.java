package org.diffusionjmh.pipeline;

import ai.djl.ndarray.NDManager;
import org.diffusionjmh.libtorch.TorchSession;
import org.diffusionjmh.source.ModelFiles;

/** Text to image with ControlNets: starts from noise, and control pictures have a say in the steps. */
final class LatentControlNet extends LatentDiffusionPipeline<ControlNetRequest> implements ControlNetPipeline {
    private final Controls controls;

    LatentControlNet(ModelFiles files, TorchSession session, PipelineParts parts) {
        super(files, session, parts);
        this.controls = new Controls(parts);
    }

    @Override
    Denoising start(ControlNetRequest request, Warnings warnings, NoiseSource source, NDManager manager) {
        TextToImageRequest text = request.text();
        RunPlan plan = RunPlan.of(text, parts(), text.sampling());
        Guidance guidance = parts().classifierFreeGuidance(text);
        Conditioning conditioning = parts().promptEncoder().encode(text, guidance.prompts(), manager, warnings);
        Control control = controls.of(request, plan, guidance, conditioning, manager);
        return fromNoise(plan, text.seed(), guidance, conditioning.withControl(control), source, manager);
    }
}
