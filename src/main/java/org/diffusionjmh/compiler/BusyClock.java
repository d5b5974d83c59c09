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

    /** Times what submitting took last, that the GPU is busy. */
    private static final double MARGIN = 1.5;

    private static final int ATTEMPTS = 3;

    private final DeviceTimer timer;
    private final BusyWork busy;
    private int products = 12;

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
    public List<Double> seconds(List<Runnable> works) {
        Timing timing = timing(works);
        for (int attempt = 1; attempt < ATTEMPTS && !timing.isHidden(); attempt++) {
            timing = timing(works);
        }
        return timing.seconds();
    }

    private Timing timing(List<Runnable> works) {
        Timing timing = timer.secondsBehind(() -> busy.submit(products), works);
        double wanted = Math.ceil(MARGIN * products * timing.submitting() / timing.ahead());
        products = (int) Math.max(FEWEST_PRODUCTS, Math.min(MOST_PRODUCTS, wanted));
        return timing;
    }

    @Override
    public void close() {
        busy.close();
    }
}
