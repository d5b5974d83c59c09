package org.diffusionjmh.libtorch;

import com.sun.jna.Pointer;
import com.sun.jna.ptr.PointerByReference;
import java.util.function.Supplier;

/** The stream that libtorch submits this thread's work to. */
final class CurrentStream {
    private CurrentStream() {}

    /** The stream; null is the legacy default stream. */
    static Pointer get(int device) {
        PointerByReference stream = new PointerByReference();
        LibTorch.cuda().call("aoti_torch_get_current_cuda_stream", device, stream);
        return stream.getValue();
    }

    /** Does work with another stream in force. */
    static <T> T with(Pointer stream, int device, Supplier<T> work) {
        PointerByReference guard = new PointerByReference();
        LibTorch.cuda().call("aoti_torch_create_cuda_stream_guard", stream, device, guard);
        try {
            return work.get();
        } finally {
            LibTorch.cuda().call("aoti_torch_delete_cuda_stream_guard", guard.getValue());
        }
    }
}
