package org.diffusionjmh.compiler;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import java.util.function.Function;

/**
 * What was computed from some tensors, kept for as long as it is asked for with the same ones. That tensors are the same is decided by
 * identity, so whoever changes one in place must pass it as a new one.
 *
 * @param <T> what is computed
 */
final class KeptValues<T> implements AutoCloseable {
    private final NDManager parent;

    private NDManager keeper;
    private NDList sources;
    private T values;

    /**
     * @param parent its device is where the values are
     */
    KeptValues(NDManager parent) {
        this.parent = parent;
        this.keeper = parent.newSubManager();
    }

    /**
     * The values of some tensors.
     *
     * @param compute called if they are others than before, with the owner of the values
     */
    T of(NDList tensors, Function<NDManager, T> compute) {
        if (sources == null || !same(tensors, sources)) {
            keeper.close();
            forget(); // not valid until the computation has succeeded
            keeper = parent.newSubManager();
            values = compute.apply(keeper);
            sources = tensors;
        }
        return values;
    }

    /** Has the values computed again when they are next asked for. */
    void forget() {
        sources = null;
        values = null;
    }

    @SuppressWarnings("ReferenceEquality") // equals of tensors compares their elements
    private static boolean same(NDList a, NDList b) {
        if (a.size() != b.size()) {
            return false;
        }
        for (int i = 0; i < a.size(); i++) {
            NDArray left = a.get(i);
            NDArray right = b.get(i);
            if (left != right) {
                return false;
            }
        }
        return true;
    }

    @Override
    public void close() {
        keeper.close();
    }
}
