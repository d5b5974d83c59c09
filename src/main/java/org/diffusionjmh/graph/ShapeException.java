package org.diffusionjmh.graph;

/** The types of an operation's arguments do not fit it. */
public final class ShapeException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    public ShapeException(String message) {
        super(message);
    }
}
