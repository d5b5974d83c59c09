package org.diffusionjmh.report.run;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Kills the processes that JMH starts while this is open, if they make no progress. */
final class ForkWatchdog implements AutoCloseable {
    /** What is longer is told in minutes. */
    private static final Duration IN_SECONDS = Duration.ofMinutes(3);

    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "fork-watchdog");
        thread.setDaemon(true);
        return thread;
    });
    private final Function<Optional<Duration>, Duration> limits;
    private final Set<Long> older = children();

    private Optional<Duration> longest;
    private long last = System.nanoTime();
    private Future<?> alarm;
    private Optional<String> killed = Optional.empty();

    /**
     * @param limits the limit for the next iteration, given the longest so far
     * @param longest the longest iteration so far
     */
    ForkWatchdog(Function<Optional<Duration>, Duration> limits, Optional<Duration> longest) {
        this.limits = limits;
        this.longest = longest;
        this.alarm = schedule();
    }

    private static Set<Long> children() {
        return ProcessHandle.current().children().map(ProcessHandle::pid).collect(Collectors.toSet());
    }

    private Future<?> schedule() {
        Duration limit = limits.apply(longest);
        return timer.schedule(() -> kill(limit), limit.toNanos(), TimeUnit.NANOSECONDS);
    }

    private synchronized void kill(Duration limit) {
        killed = Optional.of("no iteration ended within " + text(limit) + " (--fork-timeout)");
        ProcessHandle.current()
                .children()
                .filter(process -> !older.contains(process.pid()))
                .forEach(ProcessHandle::destroyForcibly);
        last = System.nanoTime();
        alarm = schedule(); // for the next fork
    }

    private static String text(Duration limit) {
        return limit.compareTo(IN_SECONDS) < 0 ? limit.toSeconds() + " s" : limit.toMinutes() + " min";
    }

    /** An iteration has ended. */
    synchronized void progress() {
        long now = System.nanoTime();
        Duration took = Duration.ofNanos(now - last);
        last = now;
        longest = Optional.of(longest.filter(time -> time.compareTo(took) > 0).orElse(took));
        alarm.cancel(false);
        alarm = schedule();
    }

    /** The longest iteration so far. */
    synchronized Optional<Duration> longest() {
        return longest;
    }

    /** Why it had to kill since this was last asked; empty if it had not. */
    synchronized Optional<String> takeKilled() {
        Optional<String> taken = killed;
        killed = Optional.empty();
        return taken;
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
