package org.diffusionjmh.pipeline;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.diffusionjmh.libtorch.ScalarType;
import org.diffusionjmh.libtorch.TensorMemory;

/**
 * Makes the {@link Control} of each run (Zhang et al. 2023).
 *
 * @param parts of a pipeline with ControlNets
 */
record Controls(PipelineParts parts) {
    /**
     * The ControlNets of a run.
     *
     * @param plan the course of the run; the windows of the ControlNets are parts of its steps
     * @param conditioning what the prompts say
     * @param manager owner of the tensors
     * @throws IllegalArgumentException if there is not one control picture for each ControlNet
     */
    Control of(
            ControlNetRequest request, RunPlan plan, Guidance guidance, Conditioning conditioning, NDManager manager) {
        List<ControlNet> nets = parts.controlNets();
        if (request.controls().size() != nets.size()) {
            throw new IllegalArgumentException(request.controls().size()
                    + " control pictures were given, want one for each ControlNet: " + nets.size());
        }
        // Residuals that are averaged over the picture are meant for the prompt alone.
        boolean guessMode = request.guessMode() || nets.get(0).config().globalPoolConditions();
        boolean promptOnly = guessMode && guidance.predictions() == 2;
        Conditioning text = promptOnly ? conditioning.ofPrompt(manager) : conditioning;
        TextToImageRequest size = request.text();
        int rows = promptOnly ? size.images() : size.images() * guidance.predictions();
        int steps = plan.sampling().steps().size();
        List<ControlBranch> branches = new ArrayList<>();
        for (int i = 0; i < nets.size(); i++) {
            ControlImage image = request.controls().get(i);
            try (NDArray single = nets.get(i).picture(image.image(), size.height(), size.width(), manager)) {
                NDArray picture = PromptBatch.tiled(single, rows);
                branches.add(ControlBranch.of(nets.get(i), image, steps, text, picture, guessMode, manager));
            }
        }
        boolean pauses =
                IntStream.range(0, steps).anyMatch(step -> branches.stream().noneMatch(branch -> branch.isOn(step)));
        NDList zeros = pauses || promptOnly ? zeros(size, guidance, conditioning, manager) : new NDList();
        return new Control(branches, promptOnly, zeros);
    }

    /** Residuals of zero for the U-Net's batch. */
    private NDList zeros(TextToImageRequest size, Guidance guidance, Conditioning conditioning, NDManager manager) {
        Denoiser.Sizes sizes = new Denoiser.Sizes(
                (long) size.images() * guidance.predictions(),
                size.height() / TextToImageRequest.SIZE_MULTIPLE,
                size.width() / TextToImageRequest.SIZE_MULTIPLE,
                conditioning.encoderHiddenStates().getShape().get(1));
        NDList zeros = new NDList();
        for (Shape shape : parts.controlNets().get(0).residualShapes(sizes)) {
            try (NDArray array = manager.zeros(shape)) {
                zeros.add(TensorMemory.copy(array, ScalarType.of(parts.dataType()), manager));
            }
        }
        return zeros;
    }
}
