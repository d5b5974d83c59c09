package org.diffusionjmh.compiler;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.diffusionjmh.pass.Pass;
import org.diffusionjmh.pass.Passes;

/**
 * What the {@code fused} compiler is asked to do, in the form that OneDiff's users know: {@code {"mode":
 * "max-optimize:low-precision", "memory_format": "channels_last", "dynamic": true}}.
 *
 * @param modes what {@code "mode"} lists
 * @param memoryFormat how feature maps may be laid out
 * @param dynamic whether one loaded program serves all resolutions. A further resolution shares the weights, and what was computed from
 *     them, with the first in any case; so this spares it the loading of a program
 */
public record FusedOptions(Set<Mode> modes, MemoryFormat memoryFormat, boolean dynamic) {
    /** What is done if nothing is asked for. */
    public static final FusedOptions DEFAULT = new FusedOptions(Set.of(), MemoryFormat.CHANNELS_LAST, false);

    public FusedOptions {
        modes = Set.copyOf(modes);
    }

    /** A name that users write. */
    interface Token {
        String token();
    }

    /** The tokens of {@code mode}. */
    public enum Mode implements Token {
        MAX_OPTIMIZE("max-optimize", "no effect: all passes run anyway"),
        MAX_AUTOTUNE(
                "max-autotune",
                "no effect: on a GPU, kernels are measured anyway, which takes seconds; measuring more of them, for"
                        + " longer, found none that are faster"),
        LOW_PRECISION("low-precision", "what is float32 is computed in bfloat16"),
        FREEZING("freezing", "no effect: work on weights is done once anyway"),
        CUDAGRAPHS("cudagraphs", "no effect: on a GPU the rewritten graph is captured anyway"),
        BENCHMARK(
                "benchmark",
                "no effect: a search by cuDNN found no faster algorithms for the convolutions that are left to it"),
        CACHE_ALL(
                "cache-all",
                "what compiling makes is kept on disk and taken from there, which the command generate does anyway");

        private final String token;
        private final String effect;

        Mode(String token, String effect) {
            this.token = token;
            this.effect = effect;
        }

        @Override
        public String token() {
            return token;
        }

        /** What the token does; says so if it does nothing, and why. */
        public String effect() {
            return effect;
        }
    }

    /** Layouts of feature maps. */
    public enum MemoryFormat implements Token {
        /** Channels innermost, where that is faster: on the CPU, and on a GPU that has this project's own kernels. */
        CHANNELS_LAST,
        /** Row-major. */
        CONTIGUOUS;

        @Override
        public String token() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * Reads the options.
     *
     * @param json an object, or nothing for the defaults
     * @throws IllegalArgumentException if it is not an object, or has a key, a token or a value that is not known; the message lists those
     *     that are
     */
    public static FusedOptions parse(String json) {
        return json.isBlank() ? DEFAULT : new FusedOptionsReader(json).read();
    }

    /** All that changes what is compiled, in the form that users write; the same text for the same options. */
    String effective() {
        String mode = modes.stream()
                .filter(token -> token != Mode.CACHE_ALL)
                .sorted()
                .map(Mode::token)
                .collect(Collectors.joining(":"));
        return "{\"mode\": \"%s\", \"memory_format\": \"%s\", \"dynamic\": %s}"
                .formatted(mode, memoryFormat.token(), dynamic);
    }

    /** The passes for a device. */
    List<Pass> passes(Passes.Target target) {
        return Passes.of(
                target, modes.contains(Mode.LOW_PRECISION), memoryFormat == MemoryFormat.CHANNELS_LAST, dynamic);
    }
}
