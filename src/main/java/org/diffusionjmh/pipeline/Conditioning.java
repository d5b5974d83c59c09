package org.diffusionjmh.pipeline;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * What the denoiser is told beside sample and timestep, in its batch order.
 *
 * @param encoderHiddenStates text embeddings [batch, tokens, cross_attention_dim]
 * @param zeroText predictions, by their places in the batch, whose text embeddings are zeros
 * @param textEmbeds SDXL's pooled text [batch, pooled]
 * @param timeIds SDXL's size conditions, FP32 [batch, 6]
 * @param timestepCond the guidance embedding of latent consistency models [batch, time_cond_proj_dim]
 * @param imageLatents latents of a picture to edit
 * @param control the ControlNets that have a say
 * @param pixArt what PixArt is told beside the text
 */
public record Conditioning(
        NDArray encoderHiddenStates,
        List<Integer> zeroText,
        Optional<NDArray> textEmbeds,
        Optional<NDArray> timeIds,
        Optional<NDArray> timestepCond,
        Optional<ImageLatents> imageLatents,
        Optional<Control> control,
        Optional<PixArtConditions> pixArt) {
    public Conditioning {
        zeroText = List.copyOf(zeroText);
    }

    /** What a prompt encoder gives. */
    Conditioning(
            NDArray encoderHiddenStates,
            Optional<NDArray> textEmbeds,
            Optional<NDArray> timeIds,
            Optional<NDArray> timestepCond,
            Optional<ImageLatents> imageLatents) {
        this(
                encoderHiddenStates,
                List.of(),
                textEmbeds,
                timeIds,
                timestepCond,
                imageLatents,
                Optional.empty(),
                Optional.empty());
    }

    /** What PixArt's prompt encoder gives. */
    Conditioning(NDArray encoderHiddenStates, PixArtConditions conditions) {
        this(
                encoderHiddenStates,
                List.of(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.of(conditions));
    }

    /** The same with text embeddings of which some are zeros. */
    Conditioning withZeroText(List<Integer> predictions) {
        return new Conditioning(
                encoderHiddenStates, predictions, textEmbeds, timeIds, timestepCond, imageLatents, control, pixArt);
    }

    /** The same with the latents of a picture. */
    Conditioning withImageLatents(ImageLatents latents) {
        return new Conditioning(
                encoderHiddenStates,
                zeroText,
                textEmbeds,
                timeIds,
                timestepCond,
                Optional.of(latents),
                control,
                pixArt);
    }

    /** The same with ControlNets. */
    Conditioning withControl(Control newControl) {
        return new Conditioning(
                encoderHiddenStates,
                zeroText,
                textEmbeds,
                timeIds,
                timestepCond,
                imageLatents,
                Optional.of(newControl),
                pixArt);
    }

    /** Of a batch with guidance the second half alone: the prompt without the negative prompt. There are no latents of a picture. */
    Conditioning ofPrompt(NDManager owner) {
        return new Conditioning(
                secondHalf(encoderHiddenStates, owner),
                List.of(),
                textEmbeds.map(embeds -> secondHalf(embeds, owner)),
                timeIds.map(ids -> secondHalf(ids, owner)),
                timestepCond.map(condition -> secondHalf(condition, owner)),
                Optional.empty(),
                control,
                pixArt);
    }

    private static NDArray secondHalf(NDArray batch, NDManager owner) {
        return PromptBatch.half(batch, 1, owner);
    }

    /**
     * The sample as the denoiser gets it.
     *
     * @param sample [images, latent channels, height / 8, width / 8], scaled
     * @param predictions how many predictions are made per image
     * @return [predictions * images, in_channels, height / 8, width / 8]
     */
    NDArray modelInput(NDArray sample, int predictions) {
        NDArray batch =
                predictions == 1 ? sample : NDArrays.concat(new NDList(Collections.nCopies(predictions, sample)));
        return imageLatents.map(latents -> batch.concat(latents.batch(), 1)).orElse(batch);
    }

    /**
     * The denoiser's inputs, in the order that {@link org.diffusionjmh.model.UNet2DConditionModel#graph} or {@link
     * org.diffusionjmh.model.PixArtTransformer2DModel#graph} gives.
     *
     * @param step index of the step
     * @param modelInput what {@link #modelInput} gave
     * @param owner owner of what is computed for this step only
     */
    NDList inputs(int step, NDArray modelInput, NDArray timestep, NDManager owner) {
        NDList inputs = new NDList(modelInput, timestep);
        inputs.addAll(perRun());
        control.ifPresent(nets -> inputs.addAll(nets.residuals(step, modelInput, timestep, owner)));
        return inputs;
    }

    /** Those of {@link #inputs} that are the same tensors in each step: what stands behind the timestep, without what ControlNets give. */
    NDList perRun() {
        NDList inputs = new NDList(encoderHiddenStates);
        timestepCond.ifPresent(inputs::add);
        textEmbeds.ifPresent(inputs::add);
        timeIds.ifPresent(inputs::add);
        pixArt.ifPresent(conditions -> {
            inputs.add(conditions.encoderAttentionMask());
            conditions.size().ifPresent(size -> inputs.addAll(new NDList(size.resolution(), size.aspectRatio())));
        });
        return inputs;
    }
}
