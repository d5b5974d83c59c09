package org.diffusionjmh.libtorch;

import com.sun.jna.Pointer;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** A clock of events in one stream of a GPU. Events are used again after a reset, since making one takes as long as a launch. */
final class CudaEventClock implements StepClock {
    private final CudaRuntime cuda;
    private final Pointer stream;
    private final List<Pointer> events = new ArrayList<>();
    private int marks;

    /**
     * @param stream null is the legacy default stream
     */
    CudaEventClock(CudaRuntime cuda, Pointer stream) {
        this.cuda = cuda;
        this.stream = stream;
    }

    @Override
    public void mark() {
        if (marks == events.size()) {
            events.add(cuda.createEvent());
        }
        cuda.record(events.get(marks), stream);
        marks++;
    }

    @Override
    public int marks() {
        return marks;
    }

    @Override
    public double seconds() {
        return marks < 2 ? 0 : seconds(0, marks - 1);
    }

    /** Seconds from each mark to the next one. */
    List<Double> intervals() {
        return IntStream.range(1, marks)
                .mapToObj(mark -> seconds(mark - 1, mark))
                .toList();
    }

    private double seconds(int from, int to) {
        return cuda.elapsedMillis(events.get(from), events.get(to)) / 1e3;
    }

    @Override
    public void reset() {
        marks = 0;
    }

    @Override
    public void close() {
        reset();
        events.forEach(cuda::destroyEvent);
        events.clear();
    }
}
