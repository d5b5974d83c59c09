package org.diffusionjmh.compiler;

/** How much of what compiling needed was there already. */
public final class CacheTally {
    private int found;
    private int made;

    /** Counts something that was needed. */
    public synchronized void add(boolean wasFound) {
        if (wasFound) {
            found++;
        } else {
            made++;
        }
    }

    /** Whether nothing was asked for, as without a cache. */
    public synchronized boolean isEmpty() {
        return found + made == 0;
    }

    /** {@code warm}, {@code cold}, or {@code partly warm}, and how many parts of all were found. */
    @Override
    public synchronized String toString() {
        String state = made == 0 ? "warm" : found == 0 ? "cold" : "partly warm";
        return "%s (%d of %d parts found)".formatted(state, found, found + made);
    }
}
