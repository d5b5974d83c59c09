package org.diffusionjmh.report.result;

import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * A unit as JMH writes it, such as {@code ms/op}, {@code ops/us}, {@code s} or {@code MiB}: what is counted, and per what. Times and sizes
 * are converted to others of their kind; anything else only to itself.
 */
public final class Unit {
    private static final Map<String, Double> SECONDS = Map.ofEntries(
            Map.entry("ns", 1e-9),
            Map.entry("us", 1e-6),
            Map.entry("µs", 1e-6),
            Map.entry("ms", 1e-3),
            Map.entry("s", 1.0),
            Map.entry("sec", 1.0),
            Map.entry("min", 60.0),
            Map.entry("h", 3600.0),
            Map.entry("hr", 3600.0),
            Map.entry("day", 86_400.0));
    private static final Map<String, Double> BYTES = Map.ofEntries(
            Map.entry("b", 1.0),
            Map.entry("byte", 1.0),
            Map.entry("bytes", 1.0),
            Map.entry("kb", 1e3),
            Map.entry("mb", 1e6),
            Map.entry("gb", 1e9),
            Map.entry("kib", 0x1p10),
            Map.entry("mib", 0x1p20),
            Map.entry("gib", 0x1p30));

    private final String text;
    private final Part counted;
    private final Part per;

    private Unit(String text, Part counted, Part per) {
        this.text = text;
        this.counted = counted;
        this.per = per;
    }

    /** A unit of this name; any text is one. */
    public static Unit of(String text) {
        int slash = text.indexOf('/');
        return slash < 0
                ? new Unit(text, Part.of(text), Part.of(""))
                : new Unit(text, Part.of(text.substring(0, slash)), Part.of(text.substring(slash + 1)));
    }

    /** What a value in this unit is multiplied with to be in {@code other}; empty if they measure different things. */
    public OptionalDouble factorTo(Unit other) {
        return counted.dimension().equals(other.counted.dimension())
                        && per.dimension().equals(other.per.dimension())
                ? OptionalDouble.of(counted.scale() / other.counted.scale() * other.per.scale() / per.scale())
                : OptionalDouble.empty();
    }

    /** Whether it is a time, such as {@code s} or {@code ms/op}. */
    public boolean isTime() {
        return counted.isTime() && !per.isTime();
    }

    /** Whether it is how often something happens in a time, such as {@code ops/s}; not an amount of memory. */
    public boolean isRate() {
        return per.isTime() && !counted.isTime() && !counted.isSize();
    }

    /** Whether it is an amount of memory. */
    public boolean isSize() {
        return counted.isSize() && !per.isTime();
    }

    @Override
    public String toString() {
        return text;
    }

    /**
     * What stands on one side of the slash.
     *
     * @param dimension what it measures: units of equal dimension are converted to each other
     * @param scale in the dimension's base unit
     */
    private record Part(String dimension, double scale) {
        private static final String TIME = "time";
        private static final String SIZE = "size";

        static Part of(String text) {
            String name = text.strip();
            if (SECONDS.containsKey(name)) {
                return new Part(TIME, SECONDS.get(name));
            }
            String lower = name.toLowerCase(Locale.ROOT);
            return BYTES.containsKey(lower) ? new Part(SIZE, BYTES.get(lower)) : new Part("'" + name, 1);
        }

        boolean isTime() {
            return dimension.equals(TIME);
        }

        boolean isSize() {
            return dimension.equals(SIZE);
        }
    }
}
