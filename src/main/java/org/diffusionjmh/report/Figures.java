package org.diffusionjmh.report;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Where a benchmark's state leaves its figures for {@link FigureProfiler}. It is process-wide because JMH makes the profiler itself and
 * gives it no way to the state; a fork runs one benchmark, so there is nothing to mix up.
 */
public final class Figures {
    private static final Map<Figure, Double> LATEST = new EnumMap<>(Figure.class);
    private static final AtomicBoolean WANTED = new AtomicBoolean();

    private Figures() {}

    /** Whether anybody will take the figures: measuring them may cost time. */
    public static boolean areWanted() {
        return WANTED.get();
    }

    static void want() {
        WANTED.set(true);
    }

    /** Sets a figure, in the unit it says; it replaces one that nobody has taken yet. */
    public static void put(Figure figure, double value) {
        synchronized (LATEST) {
            LATEST.put(figure, value);
        }
    }

    /** Adds to a figure that is made up of parts. */
    public static void add(Figure figure, double value) {
        synchronized (LATEST) {
            LATEST.merge(figure, value, Double::sum);
        }
    }

    /** Forgets all figures; to be called when a benchmark starts. */
    public static void clear() {
        take(true);
    }

    /**
     * The figures that were put since they were last taken.
     *
     * @param all whether those that a fork has one of are among them; if not, they stay
     */
    static Map<Figure, Double> take(boolean all) {
        synchronized (LATEST) {
            Map<Figure, Double> taken = new EnumMap<>(LATEST);
            taken.keySet().removeIf(figure -> figure.isOncePerFork() && !all);
            LATEST.keySet().removeAll(taken.keySet());
            return taken;
        }
    }
}
