/**
 * The intermediate representation: a network as an immutable graph of typed operations. Pure Java, no libtorch. A new operation is a
 * record in one of the families that {@link org.diffusionjmh.graph.Op} permits, and a lowering for it.
 */
package org.diffusionjmh.graph;
