package org.diffusionjmh.pipeline;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.diffusionjmh.graph.Graph;
import org.diffusionjmh.scheduler.ProgramForm;
import org.diffusionjmh.scheduler.SamplingPlan;
import org.diffusionjmh.scheduler.Step;

/**
 * What stands around the network in each denoising step, without sizes and numbers: runs of one form share compiled modules.
 *
 * @param program what the sampler does
 * @param guidance how predictions are combined
 * @param predictions how many there are per image
 * @param seen which of the different latents of pictures are further channels of the network's input, for each prediction; empty if
 *     there are none
 * @param zeroText predictions whose text is zeros
 * @param inputGiven whether the latents are scaled outside, because ControlNets take them too
 */
record StepForm(
        ProgramForm program,
        Guidance.Form guidance,
        int predictions,
        List<Integer> seen,
        List<Integer> zeroText,
        boolean inputGiven) {
    StepForm {
        seen = List.copyOf(seen);
        zeroText = List.copyOf(zeroText);
    }

    /** The form of a run's steps; empty if the sampler's steps have none in common, see {@link ProgramForm#of}. */
    static Optional<StepForm> of(Conditioning conditioning, Guidance guidance, SamplingPlan plan) {
        return ProgramForm.of(plan).map(program -> of(conditioning, guidance, program));
    }

    private static StepForm of(Conditioning conditioning, Guidance guidance, ProgramForm program) {
        boolean inputGiven = conditioning.control().isPresent();
        List<Integer> seen = inputGiven
                ? List.of()
                : conditioning.imageLatents().map(ImageLatents::seen).orElse(List.of());
        return new StepForm(
                program, guidance.form(), guidance.predictions(), seen, conditioning.zeroText(), inputGiven);
    }

    /** Whether a run's steps can be written down in this form. */
    boolean fits(Conditioning conditioning, Guidance guidance, SamplingPlan plan) {
        return equals(of(conditioning, guidance, program)) && program.fits(plan);
    }

    /** Whether the network sees the latents of a picture, which are given. */
    boolean image() {
        return !seen.isEmpty();
    }

    /** Whether the step scales the network's input. */
    boolean scalesInput() {
        return program.scalesInput() && !inputGiven;
    }

    /**
     * The graph of a step. Inputs, in this order:
     *
     * <ul>
     *   <li>{@code latents} [images, channels, height, width]
     *   <li>{@code schedule} FP32 [numbers], {@linkplain org.diffusionjmh.graph.SourceOp.Pace#SCHEDULED scheduled}: a row of {@link
     *       #schedule}
     *   <li>{@code noise}, as the latents, but in float32 if the sampler draws it so; if some step draws any
     *   <li>the sampler's registers that are kept from step to step, FP32 [images, channels, height * width] each
     *   <li>{@code sample}, the latents as the network gets them, if they are given, or {@code image_latents} if there is a picture: the
     *       different ones, as {@link ImageLatents#blocks}
     *   <li>the network's inputs behind its timestep: first the text embeddings, whose zeros are not read
     * </ul>
     *
     * <p>Outputs: {@code latents}, {@code model_output} and {@code guided}, {@code model_input} unless it is given, the registers, and the
     * network's outputs behind its sample.
     *
     * @param network takes sample, timestep and text embeddings first, and gives a sample first
     */
    Graph around(Graph network) {
        return new StepGraph(this, network).build();
    }

    /** How many numbers a step takes. */
    int count() {
        return 1 + (scalesInput() ? 1 : 0) + guidance.count() + program.count();
    }

    /**
     * The numbers of all steps of a run, FP32 [steps, numbers].
     *
     * @param numbers has those of the guidance
     */
    NDArray schedule(SamplingPlan plan, Guidance numbers, NDManager manager) {
        int columns = count();
        float[] table = new float[plan.steps().size() * columns];
        int next = 0;
        for (Step step : plan.steps()) {
            for (double number : row(step, numbers)) {
                table[next++] = (float) number;
            }
        }
        return manager.create(table, new Shape(plan.steps().size(), columns));
    }

    /** In the order in which {@link StepGraph} takes them. */
    private List<Double> row(Step step, Guidance numbers) {
        List<Double> row = new ArrayList<>(List.of(step.timestep()));
        if (scalesInput()) {
            row.add(step.inputScale());
        }
        row.addAll(numbers.numbers());
        row.addAll(program.numbers(step));
        return row;
    }
}
