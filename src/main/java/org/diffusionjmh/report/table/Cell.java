package org.diffusionjmh.report.table;

/**
 * A value, as people and as programs want it.
 *
 * @param text rounded and with its unit; empty if there is no value
 * @param value a {@link Double}, {@link Long}, {@link Boolean} or {@link String} in full precision; null if there is none
 */
public record Cell(String text, Object value) {
    /** No value. */
    public static final Cell NONE = new Cell("", null);

    public static Cell of(String text) {
        return new Cell(text, text);
    }

    public static Cell of(long count) {
        return new Cell(Long.toString(count), count);
    }

    /** A number in four digits or more; none if it is NaN. */
    public static Cell of(double value) {
        return of(Numbers.text(value), value);
    }

    /** A number with a text of its own; none if it is NaN. */
    public static Cell of(String text, double value) {
        return Double.isNaN(value) ? NONE : new Cell(text, value);
    }
}
