package org.diffusionjmh.libtorch;

import com.sun.jna.Pointer;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

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
        return events.size() < 2 ? 0 : seconds(0, events.size() - 1);
    }

    /** Seconds from each mark to the next one. */
    List<Double> intervals() {
        return IntStream.range(1, events.size())
                .mapToObj(mark -> seconds(mark - 1, mark))
                .toList();
    }

    private double seconds(int from, int to) {
        return cuda.elapsedMillis(events.get(from), events.get(to)) / 1e3;
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
