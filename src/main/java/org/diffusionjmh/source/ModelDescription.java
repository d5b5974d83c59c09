package org.diffusionjmh.source;

/**
 * What a pipeline has loaded.
 *
 * @param model the folder, the hub id or the built-in model's name
 * @param pipelineClass diffusers' name of the pipeline, for example {@code StableDiffusionXLPipeline}
 * @param syntheticWeights whether the weights are made up; pictures are noise then, times are real
 * @param scale {@code full} or {@code mini} for a built-in model; {@code snapshot} otherwise
 */
public record ModelDescription(String model, String pipelineClass, boolean syntheticWeights, String scale) {
    /** Whether it changes a picture as the prompt says, and so does nothing without one: InstructPix2Pix. */
    public boolean editsPictures() {
        return pipelineClass.endsWith("InstructPix2PixPipeline");
    }

    /** Whether it goes with a ControlNet. */
    public boolean takesControlNets() {
        return pipelineClass.contains("ControlNet");
    }

    /** Whether it makes pictures in very few steps: a latent consistency model. */
    public boolean isLatentConsistencyModel() {
        return pipelineClass.startsWith("LatentConsistencyModel");
    }

    /** Whether it is PixArt-alpha, whose calls have options of their own. */
    public boolean isPixArt() {
        return isPixArt(pipelineClass);
    }

    /** The same for diffusers' name of a pipeline. */
    public static boolean isPixArt(String pipelineClass) {
        return pipelineClass.equals("PixArtAlphaPipeline");
    }

    /** One line for people. */
    @Override
    public String toString() {
        return model + " (" + pipelineClass + ", "
                + (syntheticWeights ? "synthetic weights, scale " + scale : "weights from the snapshot") + ")";
    }
}
