package org.diffusionjmh.pipeline;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.diffusionjmh.compiler.Compilers;
import org.diffusionjmh.graph.DType;
import org.diffusionjmh.libtorch.TorchSession;
import org.diffusionjmh.source.Scale;

/** Pipeline options as people write them, with {@code auto} for what suits the device. */
public final class PipelineOptionsParser {
    /** Lets the device decide. */
    public static final String AUTO = PipelineOptions.AUTO;

    /** Keeps the snapshot's own scheduler. */
    public static final String OWN_SCHEDULER = "none";

    private PipelineOptionsParser() {}

    /**
     * Options for a device.
     *
     * @param device {@code auto}, {@code cpu}, {@code cuda}, {@code cuda:1}
     * @param dtype {@code fp32}, {@code fp16}, {@code bf16}, or {@code auto}: fp16 on a GPU, fp32 on a CPU
     * @param compiler a compiler's name
     * @param scale {@code full}, {@code mini}, or {@code auto}: full on a GPU, mini on a CPU
     * @param variant the variant of the weights' files, for example {@code fp16}
     * @param scheduler diffusers' class name, {@code none} for the snapshot's own, or {@code auto}: Euler ancestral, but LCM's where that is
     *     the snapshot's own, and the snapshot's own for PixArt
     * @throws IllegalArgumentException if there is no such thing; the message lists what there is
     */
    public static PipelineOptions parse(
            String device, String dtype, String compiler, String scale, Optional<String> variant, String scheduler) {
        Optional<DType> type = dtype(dtype);
        Optional<Scale> size = scale(scale);
        Compilers.of(compiler);
        boolean gpu = TorchSession.deviceOf(device).isGpu(); // last: it loads libtorch
        return new PipelineOptions(
                device,
                type.orElse(gpu ? DType.FP16 : DType.FP32),
                compiler,
                size.orElse(gpu ? Scale.FULL : Scale.MINI),
                variant,
                scheduler.equals(OWN_SCHEDULER) ? Optional.empty() : Optional.of(scheduler));
    }

    /**
     * The type of a name; empty for {@code auto}.
     *
     * @throws IllegalArgumentException as {@link #parse}
     */
    public static Optional<DType> dtype(String name) {
        return choice("dtype", name, Arrays.stream(DType.values()).filter(DType::isFloating));
    }

    /**
     * The scale of a name; empty for {@code auto}.
     *
     * @throws IllegalArgumentException as {@link #parse}
     */
    public static Optional<Scale> scale(String name) {
        return choice("scale", name, Arrays.stream(Scale.values()));
    }

    private static <E extends Enum<E>> Optional<E> choice(String option, String name, Stream<E> values) {
        var byName = values.collect(Collectors.toMap(value -> value.name().toLowerCase(Locale.ROOT), value -> value));
        if (name.equals(AUTO)) {
            return Optional.empty();
        }
        if (!byName.containsKey(name)) {
            throw new IllegalArgumentException("unknown " + option + " '" + name + "'; known: " + AUTO + ", "
                    + byName.keySet().stream().sorted().collect(Collectors.joining(", ")));
        }
        return Optional.of(byName.get(name));
    }
}
