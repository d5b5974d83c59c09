package org.diffusionjmh.nvml;

/** Calls functions of NVML by name. */
@FunctionalInterface
interface NvmlCalls {
    int SUCCESS = 0;

    /** The buffer was too small; the count says what is needed. */
    int INSUFFICIENT_SIZE = 7;

    /** A function that the library does not have. */
    int FUNCTION_NOT_FOUND = 13;

    /**
     * Calls a function.
     *
     * @param arguments what JNA passes on
     * @return an {@code nvmlReturn_t}
     */
    int call(String function, Object... arguments);
}
