package org.diffusionjmh.libtorch;

import com.sun.jna.Pointer;

/** Work on a GPU that was captured once and is launched as a whole. It reads and writes the memory it was captured on. */
public final class CudaGraph implements AutoCloseable {
    private final CudaGraphs owner;
    private final long memoryMark;
    private final Pointer executable;

    /**
     * @param memoryMark the {@link CachedMemoryWatch}'s mark before the capture
     * @param executable the instantiated graph; destroyed with this
     */
    CudaGraph(CudaGraphs owner, long memoryMark, Pointer executable) {
        this.owner = owner;
        this.memoryMark = memoryMark;
        this.executable = executable;
    }

    /**
     * Whether its scratch memory is still there. Where it is not, because libtorch gave it back to the device, the graph must not be
     * launched any more.
     */
    public boolean isIntact() {
        return owner.isUnchangedSince(memoryMark);
    }

    /** Launches the work in libtorch's current stream, after all that was submitted there, and returns without waiting. */
    public void launch() {
        owner.launch(executable);
    }

    @Override
    public void close() {
        owner.destroy(executable);
    }
}
