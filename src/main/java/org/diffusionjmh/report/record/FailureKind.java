package org.diffusionjmh.report.record;

/** How a fork failed. */
public enum FailureKind {
    /** The device, or the host, ran out of memory. */
    OOM("OOM"),
    /** The process ended by itself without a result. */
    CRASHED("crashed"),
    /** It was ended because it made no progress. */
    TIMED_OUT("timed out"),
    /** The benchmark threw an exception. */
    ERROR("error");

    private final String label;

    FailureKind(String label) {
        this.label = label;
    }

    /** The name in results. */
    public String label() {
        return label;
    }

    /** Whether another fork would fail in the same way. */
    public boolean isCertainToRepeat() {
        return this == OOM || this == ERROR;
    }
}
