package org.diffusionjmh.pass;

import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How to compute a linear layer.
 *
 * @param algorithm the rank of one of cuBLASLt's algorithms; empty for libtorch's own way
 * @param residual whether the algorithm adds the residual too
 */
public record LinearPlan(OptionalInt algorithm, boolean residual) {
    /** Libtorch's own way. */
    public static final LinearPlan LIBTORCH = new LinearPlan(OptionalInt.empty(), false);

    private static final Pattern ALGORITHM = Pattern.compile("algorithm (\\d{1,9})( with residual)?");

    public LinearPlan {
        if (residual && algorithm.isEmpty()) {
            throw new IllegalArgumentException("libtorch adds no residual");
        }
    }

    /** The plan that a text of {@link #toString} says; empty if it says none. */
    public static Optional<LinearPlan> parse(String text) {
        Matcher matcher = ALGORITHM.matcher(text);
        if (matcher.matches()) {
            return Optional.of(of(Integer.parseInt(matcher.group(1)), matcher.group(2) != null));
        }
        return text.equals(LIBTORCH.toString()) ? Optional.of(LIBTORCH) : Optional.empty();
    }

    /** {@code libtorch}, {@code algorithm 3}, or {@code algorithm 3 with residual}. */
    @Override
    public String toString() {
        return algorithm.isEmpty()
                ? "libtorch"
                : "algorithm " + algorithm.getAsInt() + (residual ? " with residual" : "");
    }

    /** By one of cuBLASLt's algorithms. */
    public static LinearPlan of(int algorithm, boolean residual) {
        return new LinearPlan(OptionalInt.of(algorithm), residual);
    }
}
