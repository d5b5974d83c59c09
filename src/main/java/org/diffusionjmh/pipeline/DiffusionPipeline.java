package org.diffusionjmh.pipeline;

import java.io.IOException;
import java.util.List;
import org.diffusionjmh.image.RgbImage;
import org.diffusionjmh.libtorch.TorchSession;
import org.diffusionjmh.lora.Lora;
import org.diffusionjmh.source.ModelDescription;

/**
 * A pipeline from a request to pictures. Compiles its networks when a size is first asked for. It runs on its session's thread; call it
 * from any thread, one at a time.
 *
 * @param <R> what it is asked for
 */
public interface DiffusionPipeline<R> extends AutoCloseable {
    /** What is loaded, for people and for results. */
    ModelDescription description();

    /** The device it runs on. */
    TorchSession session();

    /**
     * Encodes prompts and pictures and draws the noise: everything up to the first denoising step.
     *
     * @param request what to generate
     * @param warnings told what was cut off or ignored, in words
     * @return the run; the caller closes it, and calls it on the session's thread
     * @throws IllegalArgumentException if the request asks for something that this pipeline does not do
     */
    Denoising start(R request, Warnings warnings);

    /**
     * Decodes the latents of a run. Waits for the device: the pixels are on the host when it returns.
     *
     * @return one picture per image of the run
     */
    List<RgbImage> decode(Denoising run);

    /**
     * Generates pictures. When it returns, the device has finished and the pixels are on the host.
     *
     * @param listener told after each step, on the session's thread
     * @throws IllegalArgumentException if the request asks for something that this pipeline does not do
     */
    List<RgbImage> generate(R request, StepListener listener, Warnings warnings);

    /**
     * Fuses LoRAs into the weights, in place of those that are fused now; none restore the model's own weights, bit for bit. Nothing is
     * compiled or loaded anew but the weights concerned. All files are read and checked before the first weight is touched. A run that
     * was started before is not to be continued: its prompts were encoded with other weights.
     *
     * @param loras each is added with its scale
     * @throws IOException if a file cannot be read
     * @throws IllegalArgumentException if a file is no LoRA or does not fit the model; the message names file, tensor and what was wanted
     */
    void setLoras(List<Lora> loras) throws IOException;

    /** The LoRAs that are fused into the weights. */
    List<Lora> loras();

    /** Frees everything on the device, the session included. */
    @Override
    void close();
}
