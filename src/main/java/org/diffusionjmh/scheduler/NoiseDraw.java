package org.diffusionjmh.scheduler;

/** Whether a step draws noise, and in which type: the type decides which numbers a seed gives. */
public enum NoiseDraw {
    /** No noise is drawn. */
    NONE,
    /** Standard normal noise in the type of the model output. */
    MODEL_TYPE,
    /** Standard normal noise in float32, whatever the model's type. */
    FLOAT32
}
