package org.diffusionjmh.cli.doctor;

import ai.djl.Device;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.diffusionjmh.kernel.FusedOperators;
import org.diffusionjmh.libtorch.AllocatorSettings;
import org.diffusionjmh.libtorch.CudaGraphs;

/**
 * The GPUs, and what can be done with them.
 *
 * @param usable GPUs that libtorch sees
 */
record GpuProbe(int usable) {
    Section run() {
        List<String> lines = new ArrayList<>(driver());
        for (int i = 0; i < usable; i++) {
            Device device = Device.gpu(i);
            String name = "cuda:" + i + ": ";
            lines.add(name + "CUDA graphs: "
                    + attempt("can be captured", () -> CudaGraphs.open(device).close()));
            lines.add(name + "kernels of this project: "
                    + attempt("compiled by NVRTC", () -> FusedOperators.get().prepare(device)));
            lines.add(name + "half precision: float16"
                    + attempt("", () -> requireBfloat16(device)).replaceFirst("^$", " and bfloat16"));
        }
        lines.add("allocator settings: "
                + attempt("leave CUDA graphs their memory", () -> new AllocatorSettings(System.getenv())
                        .requireWholeRelease()));
        return new Section("GPU", lines);
    }

    private List<String> driver() {
        try {
            List<String> gpus = new NvidiaDriver().gpus();
            List<String> lines = new ArrayList<>(gpus);
            if (gpus.size() > usable) {
                lines.add("libtorch sees " + usable + " of them: it is built for the CPU, or for a newer driver, or"
                        + " CUDA_VISIBLE_DEVICES hides them; the jar built with -Dthin takes a libtorch for CUDA");
            }
            return lines;
        } catch (IOException e) {
            return List.of("none that is known (" + e.getMessage() + "); libtorch sees " + usable);
        }
    }

    private static void requireBfloat16(Device device) {
        if (!FusedOperators.get().hasBfloat16(device)) {
            throw new IllegalStateException(" alone: bfloat16 has no units of its own before compute capability 8.0");
        }
    }

    /** What is said if something goes, or the reason why it does not. */
    private static String attempt(String success, Runnable work) {
        try {
            work.run();
            return success;
        } catch (RuntimeException | LinkageError e) {
            return String.valueOf(e.getMessage());
        }
    }
}
