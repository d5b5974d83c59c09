package org.diffusionjmh.libtorch;

import ai.djl.Device;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Names of devices, as torch writes them. */
final class Devices {
    private static final Pattern CUDA = Pattern.compile("(?:cuda|gpu)(?::(\\d+))?");

    private Devices() {}

    /**
     * @param name the device's name
     * @param gpus number of GPUs that libtorch can use
     * @throws IllegalArgumentException if the name is none or the device does not exist
     */
    static Device parse(String name, int gpus) {
        if (name.equals("auto")) {
            return gpus > 0 ? Device.gpu(0) : Device.cpu();
        }
        if (name.equals("cpu")) {
            return Device.cpu();
        }
        Matcher cuda = CUDA.matcher(name);
        if (!cuda.matches()) {
            throw new IllegalArgumentException(
                    "unknown device '" + name + "'; known: auto, cpu, cuda, cuda:0, cuda:1 and so on");
        }
        int index = cuda.group(1) == null ? 0 : Integer.parseInt(cuda.group(1));
        if (index >= gpus) {
            throw new IllegalArgumentException("device '" + name + "' was asked for, but libtorch sees "
                    + (gpus == 0 ? "no GPU" : gpus + " GPU(s)")
                    + "; check the driver (nvidia-smi) and that the jar was built with -Dthin, or use --device cpu");
        }
        return Device.gpu(index);
    }

    /** A device's name as torch reads it. */
    static String torchName(Device device) {
        return device.isGpu() ? "cuda:" + device.getDeviceId() : device.getDeviceType();
    }
}
