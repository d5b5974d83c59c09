package org.diffusionjmh.compiler;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;

/** A graph ready to run on one device. */
public interface CompiledModule extends AutoCloseable {
    /**
     * Runs the graph once. Returns without waiting for the device.
     *
     * @param inputs one tensor per graph input, in the graph's order and of its types
     * @param manager owner of the results
     * @return the graph's outputs in their order
     */
    NDList run(NDList inputs, NDManager manager);

    /**
     * Runs the graph for a step of a run. {@linkplain org.diffusionjmh.graph.SourceOp.Pace#SCHEDULED Scheduled} inputs, which only graphs
     * for compilers that {@linkplain Compiler#takesWholeSteps take whole steps} have, are given as tables of all steps.
     *
     * @param step which row of the tables is in force
     */
    default NDList run(int step, NDList inputs, NDManager manager) {
        return run(inputs, manager);
    }

    /**
     * Takes the weights from the module's parameters again, where some have other values now. Compiles nothing.
     *
     * @return whether a weight is another tensor than before: what was captured on the old one's memory is void then
     */
    boolean rebind();

    /** Frees what the module holds on the device; the weights stay with their owner. */
    @Override
    void close();
}
