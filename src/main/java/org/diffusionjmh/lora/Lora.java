package org.diffusionjmh.lora;

import java.nio.file.Path;

/**
 * A LoRA to fuse into a model's weights.
 *
 * @param file a safetensors file of PEFT, diffusers or kohya
 * @param scale how much of it: 1 as it was trained, 0 nothing
 */
public record Lora(Path file, double scale) {
    /**
     * @throws IllegalArgumentException if the scale is no finite number
     */
    public Lora {
        if (!Double.isFinite(scale)) {
            throw new IllegalArgumentException("LoRA " + file + ": scale is " + scale + ", want a finite number");
        }
    }

    /** A LoRA as it was trained. */
    public Lora(Path file) {
        this(file, 1);
    }
}
