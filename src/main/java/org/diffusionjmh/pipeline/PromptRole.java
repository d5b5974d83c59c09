package org.diffusionjmh.pipeline;

/** Which of a request's prompts a row of the denoiser's batch is told. */
public enum PromptRole {
    /** What the picture should show. */
    PROMPT,
    /** What to steer away from. */
    NEGATIVE_PROMPT
}
