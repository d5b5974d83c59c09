package org.diffusionjmh.pipeline;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.List;
import org.diffusionjmh.libtorch.ScalarType;
import org.diffusionjmh.libtorch.TensorMemory;
import org.diffusionjmh.libtorch.TorchSession;
import org.diffusionjmh.source.ModelFiles;

/**
 * InstructPix2Pix (Brooks et al. 2023): changes a picture as the prompt says. It starts from noise, and the denoiser sees the picture's
 * latents in every step, as further channels.
 */
final class InstructPix2Pix extends LatentDiffusionPipeline<ImageToImageRequest> implements ImageToImagePipeline {
    private static final double DEFAULT_IMAGE_GUIDANCE_SCALE = 1.5;

    /** In {@code model_index.json}: whether the denoiser sees the picture's latents in the scale of its own. CosXL's is so trained. */
    private static final String SCALED = "is_cosxl_edit";

    private final boolean scaled;

    InstructPix2Pix(ModelFiles files, TorchSession session, PipelineParts parts) {
        super(files, session, parts);
        this.scaled = files.index().has(SCALED) && files.index().get(SCALED).getAsBoolean();
    }

    @Override
    Denoising start(ImageToImageRequest request, Warnings warnings, NoiseSource source, NDManager manager) {
        if (request.strength().isPresent()) {
            throw new IllegalArgumentException(description() + ": takes no strength, since it starts from noise alone;"
                    + " image_guidance_scale says how much the result resembles the picture");
        }
        TextToImageRequest text = request.text();
        Guidance guidance = guidance(request);
        Conditioning conditioning = parts().promptEncoder()
                .encode(text, guidance.prompts(), manager, warnings)
                .withImageLatents(imageLatents(request, guidance, manager));
        return fromNoise(text, guidance, conditioning, source, manager);
    }

    private Guidance guidance(ImageToImageRequest request) {
        double scale = request.text().guidanceScale();
        double imageScale = request.imageGuidanceScale().orElse(DEFAULT_IMAGE_GUIDANCE_SCALE);
        GuidanceRescale rescale = new GuidanceRescale(request.text().guidanceRescale(), parts().scalars());
        return scale > 1 && imageScale >= 1
                ? new ImageTextGuidance(scale, imageScale, rescale, parts().scalars())
                : Guidance.none();
    }

    /**
     * The mean of the picture's latents, not scaled unless the model wants it; zeros for the predictions that are to know nothing of it.
     */
    private ImageLatents imageLatents(ImageToImageRequest request, Guidance guidance, NDManager owner) {
        TextToImageRequest text = request.text();
        try (NDManager scope = owner.newSubManager()) {
            NDArray mean = parts().encoder()
                    .orElseThrow()
                    .encode(request.image(), text.height(), text.width(), scope)
                    .mean();
            NDArray latents = TensorMemory.as(mean, ScalarType.of(parts().dataType()), scope);
            NDArray seen = scaled ? parts().scaling().toDenoiser(latents) : latents;
            NDArray images = PromptBatch.tiled(seen, text.images());
            return guidance.predictions() == 1
                    ? ImageLatents.of(List.of(images), List.of(0), owner)
                    : ImageLatents.of(List.of(images, TensorMemory.zerosLike(images, scope)), List.of(0, 0, 1), owner);
        }
    }
}
