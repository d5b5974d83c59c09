package org.diffusionjmh.libtorch;

/**
 * The sizes of a product {@code x W^T}: x {@code [rows, inner]}, W {@code [columns, inner]}, result {@code [rows, columns]}.
 *
 * @param type element type of all of them
 * @param rows rows of x and of the result
 * @param inner elements of a row of x and of W
 * @param columns rows of W, elements of a row of the result
 * @param biased whether a bias {@code [columns]} is added to each row of the result
 */
public record ProductSizes(ScalarType type, long rows, long inner, long columns, boolean biased) {}
