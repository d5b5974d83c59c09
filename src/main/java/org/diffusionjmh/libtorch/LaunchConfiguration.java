package org.diffusionjmh.libtorch;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;

/**
 * A {@code CUlaunchConfig} that lets a kernel be set up while the one before it in the stream still runs. The kernel itself waits for that
 * one's results ({@code griddepcontrol.wait}). For architectures from 90 on.
 */
final class LaunchConfiguration implements AutoCloseable {
    private static final int STREAM = 32;
    private static final int ATTRIBUTES = 40;
    private static final int ATTRIBUTE_COUNT = 48;
    private static final int ATTRIBUTE = 56;
    private static final int ATTRIBUTE_VALUE = ATTRIBUTE + 8;
    private static final int SIZE = ATTRIBUTE + 72;

    /** {@code CU_LAUNCH_ATTRIBUTE_PROGRAMMATIC_STREAM_SERIALIZATION}. */
    private static final int PROGRAMMATIC_STREAM_SERIALIZATION = 6;

    private final Memory memory = new Memory(SIZE);

    LaunchConfiguration(CudaKernel.Grid blocks, CudaKernel.Block block, Pointer stream) {
        memory.clear();
        int[] sizes = {blocks.x(), blocks.y(), 1, block.threads(), 1, 1, block.sharedBytes()};
        memory.write(0, sizes, 0, sizes.length);
        memory.setPointer(STREAM, stream);
        memory.setPointer(ATTRIBUTES, memory.share(ATTRIBUTE));
        memory.setInt(ATTRIBUTE_COUNT, 1);
        memory.setInt(ATTRIBUTE, PROGRAMMATIC_STREAM_SERIALIZATION);
        memory.setInt(ATTRIBUTE_VALUE, 1);
    }

    Pointer pointer() {
        return memory;
    }

    @Override
    public void close() {
        memory.close();
    }
}
