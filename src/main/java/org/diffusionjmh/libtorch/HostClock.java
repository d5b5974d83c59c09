package org.diffusionjmh.libtorch;

import java.util.ArrayList;
import java.util.List;

/** A clock of the calling thread: right where an operation has run when its call returns, as on a CPU. */
final class HostClock implements StepClock {
    private final List<Long> nanos = new ArrayList<>();

    @Override
    public void mark() {
        nanos.add(System.nanoTime());
    }

    @Override
    public int marks() {
        return nanos.size();
    }

    @Override
    public double seconds() {
        return nanos.size() < 2 ? 0 : (nanos.get(nanos.size() - 1) - nanos.get(0)) / 1e9;
    }

    @Override
    public void reset() {
        nanos.clear();
    }

    @Override
    public void close() {
        reset();
    }
}
