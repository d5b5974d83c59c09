package org.diffusionjmh.compiler;

import ai.djl.ndarray.NDManager;
import java.util.List;
import org.diffusionjmh.libtorch.DeviceTimer;
import org.diffusionjmh.libtorch.DeviceTimer.Timing;

/**
 * Times work on a GPU that is submitted while the GPU is busy with something else, so that what it takes to submit it does not count. How
 * much else that has to be is seen from the last time: submitting takes longer on one machine than on another, and for some kernels.
 */
final class BusyClock implements TrialClock {
    private static final int FEWEST_PRODUCTS = 2;

    /** Some 50 ms. */
    private static final int MOST_PRODUCTS = 128;

    /** Times what submitting is expected to take, that the GPU is busy. */
    private static final double MARGIN = 1.25;

    private static final int ATTEMPTS = 3;

    private final DeviceTimer timer;
    private final BusyWork busy;

    /** As seen last. */
    private Costs costs = new Costs(1e-4, 1e-4, 4e-4);

    /**
     * Seconds that something takes once.
     *
     * @param call to submit what is timed
     * @param product to submit a product
     * @param busy that a product keeps the GPU busy
     */
    record Costs(double call, double product, double busy) {
        /** Products that keep the GPU busy until some calls are submitted, and they themselves. */
        int products(int calls) {
            double gain = busy - MARGIN * product;
            double wanted = gain > 0 ? Math.ceil(MARGIN * call * calls / gain) : MOST_PRODUCTS;
            return (int) Math.max(FEWEST_PRODUCTS, Math.min(MOST_PRODUCTS, wanted));
        }
    }

    private BusyClock(DeviceTimer timer, BusyWork busy) {
        this.timer = timer;
        this.busy = busy;
    }

    /**
     * A clock of a manager's GPU.
     *
     * @param manager owner of what keeps the GPU busy
     */
    static BusyClock on(NDManager manager) {
        return new BusyClock(DeviceTimer.of(manager.getDevice()), BusyWork.on(manager));
    }

    @Override
    public List<Double> seconds(List<Runnable> calls, int repeats) {
        Timing timing = timing(calls, repeats);
        for (int attempt = 1; attempt < ATTEMPTS && !timing.isHidden(); attempt++) {
            timing = timing(calls, repeats);
        }
        return timing.seconds().stream().map(seconds -> seconds / repeats).toList();
    }

    /** The first is called once more before: what comes right after the other work takes longer than it else would. */
    private Timing timing(List<Runnable> calls, int repeats) {
        int count = 1 + calls.size() * repeats;
        int products = costs.products(count);
        List<Runnable> works =
                calls.stream().map(call -> repeated(call, repeats)).toList();
        Timing timing = timer.secondsBehind(() -> busy.submit(products), calls.get(0), works);
        costs = new Costs(
                (timing.submitting() - timing.submittingAhead()) / count,
                timing.submittingAhead() / products,
                timing.ahead() / products);
        return timing;
    }

    private static Runnable repeated(Runnable call, int repeats) {
        return () -> {
            for (int i = 0; i < repeats; i++) {
                call.run();
            }
        };
    }

    @Override
    public void close() {
        busy.close();
    }
}
