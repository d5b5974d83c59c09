package org.diffusionjmh.pipeline;

import ai.djl.ndarray.NDManager;
import java.util.LinkedHashMap;
import java.util.Map;
import org.diffusionjmh.libtorch.TorchSession;
import org.diffusionjmh.model.PixArtTransformer2DConfig;
import org.diffusionjmh.source.ModelFiles;

/** PixArt-alpha (Chen et al. 2023): text to image by a transformer instead of a U-Net, at the sizes it was trained on. */
final class PixArtAlpha extends LatentDiffusionPipeline<TextToImageRequest> implements TextToImagePipeline {
    private final PixArtTransformer2DConfig transformer;

    PixArtAlpha(ModelFiles files, TorchSession session, PipelineParts parts, PixArtTransformer2DConfig transformer) {
        super(files, session, parts);
        this.transformer = transformer;
    }

    @Override
    Denoising start(TextToImageRequest request, Warnings warnings, NoiseSource source, NDManager manager) {
        refuseOtherOptions(request);
        TextToImageRequest generated = binned(request);
        Guidance guidance = guidance(generated);
        Conditioning conditioning = parts().promptEncoder().encode(generated, guidance.prompts(), manager, warnings);
        RunPlan plan =
                RunPlan.of(generated, parts(), generated.sampling()).withPictures(request.height(), request.width());
        return fromNoise(plan, generated.seed(), guidance, conditioning, source, manager);
    }

    /** The request with the size to generate. */
    private TextToImageRequest binned(TextToImageRequest request) {
        if (!request.pixArt().orElse(PixArtOptions.DEFAULT).useResolutionBinning()) {
            return requireWholePatches(request);
        }
        ResolutionBins bins = new ResolutionBins(transformer.sampleSize());
        ResolutionBins.Bin bin = bins.nearest(request.height(), request.width());
        return requireWholePatches(
                request.toBuilder().size(bin.height(), bin.width()).build());
    }

    private TextToImageRequest requireWholePatches(TextToImageRequest request) {
        int multiple = TextToImageRequest.SIZE_MULTIPLE * transformer.patchSize();
        if (request.height() % multiple != 0 || request.width() % multiple != 0) {
            throw new IllegalArgumentException(description() + ": height and width to generate are "
                    + request.height() + " and " + request.width() + ", want multiples of " + multiple
                    + ", or use_resolution_binning, by which any size will do");
        }
        return request;
    }

    private Guidance guidance(TextToImageRequest request) {
        Guidance guidance = parts().classifierFreeGuidance(request);
        return transformer.outChannels() == transformer.inChannels() ? guidance : new LearnedSigma(guidance);
    }

    private void refuseOtherOptions(TextToImageRequest request) {
        Map<String, Boolean> others = new LinkedHashMap<>();
        others.put("prompt_2", request.prompts2().isPresent());
        others.put("negative_prompt_2", request.negativePrompts2().isPresent());
        others.put("clip_skip", request.clipSkip().isPresent());
        others.put("guidance_rescale", request.guidanceRescale() != 0);
        others.put("denoising_end", request.denoisingEnd().isPresent());
        others.forEach((option, given) -> {
            if (given) {
                throw new IllegalArgumentException(description() + ": takes no " + option);
            }
        });
    }
}
