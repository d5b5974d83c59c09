package org.diffusionjmh.bench;

import org.diffusionjmh.libtorch.StepClock;
import org.diffusionjmh.libtorch.TorchSession;
import org.diffusionjmh.report.Figure;
import org.diffusionjmh.report.Figures;

/** What is measured of an iteration's calls beside their time. Only {@link #mark} happens within the time. */
interface CallFigures extends AutoCloseable {
    /** An iteration begins. */
    void begin();

    /** A call begins. */
    void startCall();

    /** A step of the call has been submitted to the device, or its first one comes next. */
    void mark();

    /** The iteration has ended and the device is done: leaves the figures. */
    void record();

    @Override
    void close();

    /** The figures of a session's calls; none are taken if nobody wants them. */
    static CallFigures of(TorchSession session) {
        return Figures.areWanted() ? new Taken(session) : new None();
    }

    /** All of them. */
    final class Taken implements CallFigures {
        private final StepClock clock;
        private final DeviceFigures device;
        private int calls;

        Taken(TorchSession session) {
            clock = session.newClock();
            device = new DeviceFigures(session);
        }

        @Override
        public void begin() {
            calls = 0;
            device.begin();
        }

        @Override
        public void startCall() {
            calls++;
            clock.reset();
        }

        @Override
        public void mark() {
            clock.mark();
        }

        @Override
        public void record() {
            int steps = clock.marks() - 1;
            if (steps > 0) {
                Figures.put(Figure.ITERATIONS_PER_SECOND, steps / clock.seconds());
            }
            device.record(calls);
        }

        @Override
        public void close() {
            clock.close();
        }
    }

    /** Nothing. */
    final class None implements CallFigures {
        None() {}

        @Override
        public void begin() {}

        @Override
        public void startCall() {}

        @Override
        public void mark() {}

        @Override
        public void record() {}

        @Override
        public void close() {}
    }
}
