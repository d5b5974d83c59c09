package org.diffusionjmh.libtorch;

import ai.djl.engine.EngineException;
import java.util.Optional;

/**
 * Why an operator of Java's had no result. It cannot be thrown through libtorch, where the next operation fails for want of an argument: so
 * it waits here, on the thread that runs the program, for whoever called that.
 *
 * @param operator the operator's whole name
 * @param cause what it threw
 */
record OperatorFailure(String operator, Throwable cause) {
    private static final ThreadLocal<OperatorFailure> LATEST = new ThreadLocal<>();

    /** Leaves a failure for the caller of the program, unless there is an earlier one. */
    static void put(OperatorFailure failure) {
        if (LATEST.get() == null) {
            LATEST.set(failure);
        }
    }

    /** Takes the first failure since the last call of this. */
    static Optional<OperatorFailure> take() {
        Optional<OperatorFailure> failure = Optional.ofNullable(LATEST.get());
        LATEST.remove();
        return failure;
    }

    /** The exception to throw. */
    EngineException exception() {
        return new EngineException(operator + " failed: " + cause.getMessage(), cause);
    }
}
