package org.diffusionjmh.report;

import java.util.EnumMap;
import java.util.Map;

/**
 * Where a benchmark's state leaves its figures for {@link FigureProfiler}. It is process-wide because JMH makes the profiler itself and
 * gives it no way to the state; a fork runs one benchmark, so there is nothing to mix up.
 */
public final class Figures {
    private static final Map<Figure, Double> LATEST = new EnumMap<>(Figure.class);

    private Figures() {}

    /** Sets a figure, in the unit it says; it replaces one that nobody has taken yet. */
    public static void put(Figure figure, double value) {
        synchronized (LATEST) {
            LATEST.put(figure, value);
        }
    }

    /** Forgets all figures; to be called when a benchmark starts. */
    public static void clear() {
        take();
    }

    /** All figures that were put since they were last taken. */
    static Map<Figure, Double> take() {
        synchronized (LATEST) {
            Map<Figure, Double> taken = new EnumMap<>(Figure.class);
            taken.putAll(LATEST);
            LATEST.clear();
            return taken;
        }
    }
}
