package org.diffusionjmh.report.run;

import java.util.Locale;

/** How far a run is, in JMH's words: JMH itself sees one fork at a time. */
final class Progress {
    private final int forks;
    private final long start = System.nanoTime();

    private int done;

    /** @param forks how many there are to be */
    Progress(int forks) {
        this.forks = forks;
    }

    /** These are behind us: measured, or not to be tried any more. */
    void done(int more) {
        done += more;
    }

    @Override
    public String toString() {
        double seconds = (System.nanoTime() - start) / 1e9;
        long left = done == 0 ? 0 : Math.round(seconds / done * (forks - done));
        String eta = done == 0
                ? "unknown"
                : String.format(Locale.ROOT, "%02d:%02d:%02d", left / 3600, left / 60 % 60, left % 60);
        return String.format(Locale.ROOT, "# Run progress: %.2f%% complete, ETA %s", 100.0 * done / forks, eta);
    }
}
