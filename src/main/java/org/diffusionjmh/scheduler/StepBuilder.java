package org.diffusionjmh.scheduler;

import java.util.ArrayList;
import java.util.List;
import org.diffusionjmh.scheduler.Update.LinearCombination;

/** Collects the program of one step. */
final class StepBuilder {
    /** The sample before the step, or after the last update of it. */
    static final LinearForm SAMPLE = LinearForm.of(Register.SAMPLE);

    static final LinearForm MODEL_OUTPUT = LinearForm.of(Register.MODEL_OUTPUT);

    private final double timestep;
    private final double inputScale;
    private final List<Update> program = new ArrayList<>();
    private NoiseDraw noise = NoiseDraw.NONE;

    StepBuilder(double timestep, double inputScale) {
        this.timestep = timestep;
        this.inputScale = inputScale;
    }

    /** A step whose denoiser gets the sample as it is. */
    StepBuilder(double timestep) {
        this(timestep, 1);
    }

    /** Draws noise and gives its register. */
    LinearForm draw(NoiseDraw type) {
        noise = type;
        return LinearForm.of(Register.NOISE);
    }

    /** Stores a value and gives the register it is in. */
    LinearForm let(Register target, LinearForm value) {
        try {
            program.add(new LinearCombination(target, value.terms()));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "timestep " + timestep + ": " + e.getMessage() + "; this configuration has no such step", e);
        }
        return LinearForm.of(target);
    }

    /** The value after clipping or thresholding, which needs a register of its own; the value itself if there is neither. */
    LinearForm limit(SampleLimit limit, LinearForm value) {
        if (limit instanceof SampleLimit.None) {
            return value;
        }
        LinearForm stored = let(Register.PREDICTION, value);
        program.add(limit.update(Register.PREDICTION));
        return stored;
    }

    /** The step that ends with this value as the next sample. */
    Step next(LinearForm sample) {
        let(Register.SAMPLE, sample);
        return new Step(timestep, inputScale, noise, program);
    }
}
