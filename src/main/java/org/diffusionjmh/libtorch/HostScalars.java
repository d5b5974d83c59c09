package org.diffusionjmh.libtorch;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.HashMap;
import java.util.Map;

/**
 * Numbers as operands for tensors of any device and floating-point type. They stay on the host, and libtorch passes them to kernels by
 * value; DJL's own arithmetic with numbers copies each to the device and waits for it. The result has the tensor's type.
 */
public final class HostScalars implements AutoCloseable {
    private final NDManager host;
    private final Map<Double, NDArray> scalars = new HashMap<>();

    public HostScalars(NDManager parent) {
        host = parent.newSubManager(Device.cpu());
    }

    /** The operand for a number, in float32; it belongs to this. */
    public NDArray of(double value) {
        return scalars.computeIfAbsent(value, key -> host.create(key.floatValue()));
    }

    @Override
    public void close() {
        host.close();
    }
}
