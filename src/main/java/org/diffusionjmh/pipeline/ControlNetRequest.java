package org.diffusionjmh.pipeline;

import java.util.List;

/**
 * What to generate under the control of pictures. Names and defaults are those of diffusers' pipelines.
 *
 * @param text prompts, sizes, steps and everything else that text-to-image has too
 * @param controls what each ControlNet is shown, in the order of the pipeline's ControlNets
 * @param guessMode whether the ControlNets work without the negative prompt, and less in the upper layers: then a picture can be
 *     recognised without a prompt
 */
public record ControlNetRequest(TextToImageRequest text, List<ControlImage> controls, boolean guessMode) {
    public ControlNetRequest {
        controls = List.copyOf(controls);
    }

    /** A request to a pipeline with one ControlNet, with the pipeline's defaults. */
    public static ControlNetRequest of(TextToImageRequest text, ControlImage control) {
        return new ControlNetRequest(text, List.of(control), false);
    }

    /** The same in guess mode. */
    public ControlNetRequest inGuessMode() {
        return new ControlNetRequest(text, controls, true);
    }
}
