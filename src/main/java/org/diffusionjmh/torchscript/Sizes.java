package org.diffusionjmh.torchscript;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/** How a program gets the sizes that its operations name: as numbers in its text, or as arguments, so that the text serves all sizes. */
final class Sizes {
    /** Of the arguments' names; a number follows. */
    static final String PREFIX = "s";

    private final boolean arguments;
    private final List<List<Long>> values = new ArrayList<>();

    private Sizes(boolean arguments) {
        this.arguments = arguments;
    }

    /** Numbers in the text. */
    static Sizes literal() {
        return new Sizes(false);
    }

    /** Arguments, a list for each place in the text that needs some. */
    static Sizes arguments() {
        return new Sizes(true);
    }

    boolean areArguments() {
        return arguments;
    }

    /** The arguments' values so far, in order. */
    List<List<Long>> values() {
        return List.copyOf(values);
    }

    /** The expression of a list of sizes. */
    String list(List<Long> sizes) {
        return arguments ? argument(sizes) : sizes.toString();
    }

    /** The expression of a list of sizes. */
    String list(long... sizes) {
        return list(LongStream.of(sizes).boxed().toList());
    }

    /** The expressions of single sizes, with commas between them. */
    String items(long... sizes) {
        if (!arguments) {
            return Arrays.stream(sizes).mapToObj(Long::toString).collect(Collectors.joining(", "));
        }
        String name = argument(LongStream.of(sizes).boxed().toList());
        return IntStream.range(0, sizes.length)
                .mapToObj(i -> name + "[" + i + "]")
                .collect(Collectors.joining(", "));
    }

    private String argument(List<Long> sizes) {
        values.add(List.copyOf(sizes));
        return PREFIX + (values.size() - 1);
    }
}
