package org.diffusionjmh.pass;

import org.diffusionjmh.graph.Graph;

/** A rewrite that keeps what a graph computes: same inputs, same outputs. */
public interface Pass {
    /** Verb and object, for reports and errors: {@code fuse-group-norm-silu}. */
    String id();

    /** Applies the rewrite everywhere it matches. */
    Rewrite apply(Graph graph);
}
