package org.diffusionjmh.scheduler;

import java.util.List;

/**
 * What happens around one denoiser call.
 *
 * @param timestep what the denoiser is told
 * @param inputScale what the sample is multiplied with before it goes into the denoiser
 * @param noise the noise to draw after the call, also where its factor is 0: the generator's state counts
 * @param program what turns sample, model output, noise and kept registers into the next sample; executed in order
 */
public record Step(double timestep, double inputScale, NoiseDraw noise, List<Update> program) {
    /** Copies the program. */
    public Step {
        program = List.copyOf(program);
    }
}
