package org.diffusionjmh.report;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.diffusionjmh.image.RgbImage;

/**
 * Where a benchmark's state leaves its last picture for {@link PictureProfiler}; process-wide for the reason that {@link Figures} gives.
 *
 * @param seed of the noise it was made from
 */
public record LastPicture(RgbImage image, long seed) {
    private static final AtomicReference<LastPicture> LATEST = new AtomicReference<>();
    private static final AtomicBoolean WANTED = new AtomicBoolean();

    /** Whether anybody will take a picture: making one may cost time. */
    public static boolean isWanted() {
        return WANTED.get();
    }

    static void want() {
        WANTED.set(true);
    }

    /** Leaves a picture; it replaces one that nobody has taken yet. */
    public void leave() {
        LATEST.set(this);
    }

    static Optional<LastPicture> take() {
        return Optional.ofNullable(LATEST.getAndSet(null));
    }
}
