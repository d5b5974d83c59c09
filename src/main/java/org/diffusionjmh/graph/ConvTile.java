package org.diffusionjmh.graph;

/**
 * What a block of a GPU computes of a convolution's result at a time.
 *
 * @param rows pixels
 * @param columns channels
 */
public record ConvTile(int rows, int columns) {
    /** For example {@code 128x160}. */
    @Override
    public String toString() {
        return rows + "x" + columns;
    }
}
