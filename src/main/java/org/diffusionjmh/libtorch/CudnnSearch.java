package org.diffusionjmh.libtorch;

import ai.djl.pytorch.jni.JniUtils;
import java.util.function.Supplier;

/** cuDNN's search for algorithms, which libtorch has a switch for that is one of the whole process. */
public final class CudnnSearch {
    private CudnnSearch() {}

    /**
     * Does work in which each convolution of sizes that were not there before tries cuDNN's algorithms and keeps the fastest. Without a
     * search cuDNN names its best guess. libtorch gives the memory that it does not use back to the device after each search.
     */
    public static <T> T during(Supplier<T> work) {
        JniUtils.setBenchmarkCuDNN(true);
        try {
            return work.get();
        } finally {
            JniUtils.setBenchmarkCuDNN(false);
        }
    }
}
