package org.diffusionjmh.nvml;

import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/** Why a GPU's clocks are lower than they could be; {@code nvmlClocksThrottleReasons}. What is wanted, or nobody's fault, is not listed. */
public enum ThrottleReason {
    /** The power limit. */
    SW_POWER_CAP(0x4),
    /** Too hot, or too much power drawn, by the hardware's own measure. */
    HW_SLOWDOWN(0x8),
    /** Another GPU that it keeps pace with. */
    SYNC_BOOST(0x10),
    /** Too hot for the driver. */
    SW_THERMAL_SLOWDOWN(0x20),
    /** Too hot for the hardware. */
    HW_THERMAL_SLOWDOWN(0x40),
    /** The power supply asked for it. */
    HW_POWER_BRAKE_SLOWDOWN(0x80);

    private final long bit;

    ThrottleReason(long bit) {
        this.bit = bit;
    }

    static Set<ThrottleReason> of(long bits) {
        Set<ThrottleReason> reasons = EnumSet.noneOf(ThrottleReason.class);
        for (ThrottleReason reason : values()) {
            if ((bits & reason.bit) != 0) {
                reasons.add(reason);
            }
        }
        return reasons;
    }

    /** What a run under this reason is marked with. */
    public String mark() {
        return switch (this) {
            case SW_POWER_CAP -> "power limited";
            case SW_THERMAL_SLOWDOWN, HW_THERMAL_SLOWDOWN -> "thermally limited";
            case HW_SLOWDOWN, SYNC_BOOST, HW_POWER_BRAKE_SLOWDOWN -> "throttled";
        };
    }

    /** The name in results, for example {@code sw power cap}. */
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
}
