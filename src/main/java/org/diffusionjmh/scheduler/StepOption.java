package org.diffusionjmh.scheduler;

import java.util.Arrays;
import java.util.Locale;

/** What diffusers passes to {@code set_timesteps} and {@code step} beside the tensors; each belongs to some schedulers only. */
public enum StepOption {
    /** DDIM: share of DDPM's noise, 0 (deterministic) to 1. */
    ETA,
    /** DDIM: not 0 to derive the noise anew from the clipped x0. */
    USE_CLIPPED_MODEL_OUTPUT,
    /** EulerDiscrete: noise put back over the whole run. */
    S_CHURN,
    /** EulerDiscrete: smallest sigma at which noise is put back. */
    S_TMIN,
    /** EulerDiscrete: largest sigma at which noise is put back. */
    S_TMAX,
    /** EulerDiscrete: scale of the noise put back. */
    S_NOISE,
    /** LMSDiscrete: order of the multistep method. */
    ORDER,
    /** LCM: number of steps of the distilled schedule that is skipped through. */
    ORIGINAL_INFERENCE_STEPS,
    /** LCM: part of that schedule to use, in (0, 1]. */
    STRENGTH,
    /** Schedulers with {@code use_dynamic_shifting}: the shift of the noise levels, which grows with the picture. */
    MU;

    /** diffusers' name of the argument. */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * The option of that name.
     *
     * @throws IllegalArgumentException listing the names there are
     */
    public static StepOption of(String key) {
        return Arrays.stream(values())
                .filter(option -> option.key().equals(key))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("step option '" + key + "' is not known, want one of "
                        + Arrays.stream(values()).map(StepOption::key).toList()));
    }
}
