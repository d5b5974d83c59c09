package org.diffusionjmh.libtorch;

import ai.djl.Device;
import ai.djl.pytorch.jni.LibUtils;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.diffusionjmh.libtorch.CudaDriver.Attribute;

/** What a GPU is, and which of its libraries are loaded: what a choice made by measuring on it holds for. */
public final class GpuIdentity {
    private static final String UNKNOWN = "unknown";

    private GpuIdentity() {}

    /**
     * Names and versions by what they are of.
     *
     * @throws IllegalStateException if the process has no CUDA
     */
    public static Map<String, String> of(Device device) {
        CudaRuntime runtime = CudaRuntime.load();
        runtime.setDevice(device.getDeviceId());
        runtime.makeContext();
        CudaDriver driver = CudaDriver.load();
        Map<String, String> identity = new LinkedHashMap<>();
        identity.put("gpu", driver.deviceName());
        identity.put(
                "compute capability",
                driver.attribute(Attribute.COMPUTE_CAPABILITY_MAJOR) + "."
                        + driver.attribute(Attribute.COMPUTE_CAPABILITY_MINOR));
        identity.put("multiprocessors", String.valueOf(driver.attribute(Attribute.MULTIPROCESSORS)));
        identity.put("cuda", runtime.version());
        identity.put("cudnn", version("cudnn.so", "cudnnGetVersion"));
        identity.put("cublas", version("cublasLt.so", "cublasLtGetVersion"));
        return identity;
    }

    /** The answer of a library's function for its version. */
    private static String version(String library, String function) {
        try {
            return NativeLibraries.find(library, Path.of(LibUtils.getLibtorchPath()))
                    .map(loaded -> loaded.getFunction(function))
                    .map(asked -> String.valueOf(asked.invokeLong(new Object[] {})))
                    .orElse(UNKNOWN);
        } catch (UnsatisfiedLinkError e) {
            return UNKNOWN;
        }
    }
}
