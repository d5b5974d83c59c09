package org.diffusionjmh.pipeline;

import java.util.Optional;
import org.diffusionjmh.compiler.CompileStorage;
import org.diffusionjmh.graph.DType;
import org.diffusionjmh.source.Scale;

/**
 * How a pipeline is loaded and run.
 *
 * @param device {@code auto}, {@code cpu}, {@code cuda}, {@code cuda:1}
 * @param dtype type of weights and computation
 * @param compiler name of a {@link org.diffusionjmh.compiler.Compiler}
 * @param scale size of a built-in model; has no effect on a snapshot
 * @param variant the variant of the weights' files, for example {@code fp16}
 * @param scheduler diffusers' class name of the scheduler to use instead of the snapshot's own; {@link #AUTO} for Euler ancestral, but for
 *     the snapshot's own if that is LCM's or the model is PixArt
 * @param storage where compiled things are kept
 */
public record PipelineOptions(
        String device,
        DType dtype,
        String compiler,
        Scale scale,
        Optional<String> variant,
        Optional<String> scheduler,
        CompileStorage storage) {
    /** Lets the device, or the model, decide. */
    public static final String AUTO = "auto";

    /** Options with which compiled things are kept only if the compiler's own options ask for it. */
    public PipelineOptions(
            String device,
            DType dtype,
            String compiler,
            Scale scale,
            Optional<String> variant,
            Optional<String> scheduler) {
        this(device, dtype, compiler, scale, variant, scheduler, CompileStorage.ifAsked());
    }

    /** The same options with another place for what is compiled. */
    public PipelineOptions withStorage(CompileStorage other) {
        return new PipelineOptions(device, dtype, compiler, scale, variant, scheduler, other);
    }
}
