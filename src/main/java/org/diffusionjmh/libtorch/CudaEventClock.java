package org.diffusionjmh.libtorch;

import com.sun.jna.Pointer;
import java.util.ArrayList;
import java.util.List;

/** A clock of events in a GPU's default stream. */
final class CudaEventClock implements StepClock {
    private final CudaRuntime cuda;
    private final List<Pointer> events = new ArrayList<>();

    CudaEventClock(CudaRuntime cuda) {
        this.cuda = cuda;
    }

    @Override
    public void mark() {
        Pointer event = cuda.createEvent();
        events.add(event);
        cuda.record(event);
    }

    @Override
    public int marks() {
        return events.size();
    }

    @Override
    public double seconds() {
        return events.size() < 2 ? 0 : cuda.elapsedMillis(events.get(0), events.get(events.size() - 1)) / 1e3;
    }

    @Override
    public void reset() {
        events.forEach(cuda::destroyEvent);
        events.clear();
    }

    @Override
    public void close() {
        reset();
    }
}
