package org.diffusionjmh.libtorch;

import ai.djl.pytorch.jni.LibUtils;
import com.sun.jna.Memory;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import com.sun.jna.StringArray;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.LongByReference;
import com.sun.jna.ptr.PointerByReference;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** The compiler of CUDA C++ that comes with every CUDA build of libtorch. */
final class Nvrtc {
    private static final int SUCCESS = 0;

    private final NativeLibrary library;

    private Nvrtc(NativeLibrary library) {
        this.library = library;
    }

    /**
     * Binds to the compiler that libtorch itself would use.
     *
     * @throws IllegalStateException if there is none
     */
    static Nvrtc load() {
        Path folder = Path.of(LibUtils.getLibtorchPath());
        return new Nvrtc(NativeLibraries.find("nvrtc.so", folder)
                .or(() -> NativeLibraries.besideLoaded("nvrtc.so", "cudart"))
                .or(() ->
                        NativeLibraries.find("caffe2_nvrtc", folder)) // libtorch's own link to it, whatever its name is
                .orElseThrow(() -> new IllegalStateException(
                        "no run-time compiler for CUDA (libnvrtc) is loaded and none stands in " + folder)));
    }

    /** The compiler's version, for example {@code 12.8}. */
    String version() {
        IntByReference major = new IntByReference();
        IntByReference minor = new IntByReference();
        check("nvrtcVersion", major, minor);
        return major.getValue() + "." + minor.getValue();
    }

    /**
     * Compiles kernels.
     *
     * @param source CUDA C++ that includes nothing
     * @param name what messages call the source
     * @param architecture of the device, for example {@code 90}, or {@code 90a} for that one's own instructions as well
     * @return a cubin
     * @throws IllegalStateException if it does not compile; the message has the compiler's log
     */
    byte[] compile(String source, String name, String architecture) {
        PointerByReference program = new PointerByReference();
        check("nvrtcCreateProgram", program, source, name, 0, Pointer.NULL, Pointer.NULL);
        try {
            String[] options = options(architecture);
            int status = invoke("nvrtcCompileProgram", program.getValue(), options.length, new StringArray(options));
            if (status != SUCCESS) {
                throw new IllegalStateException(
                        name + " does not compile with " + String.join(" ", options) + ": " + error(status) + "\n"
                                + new String(read("ProgramLog", program.getValue()), StandardCharsets.UTF_8));
            }
            return read("CUBIN", program.getValue());
        } finally {
            invoke("nvrtcDestroyProgram", program);
        }
    }

    /** How kernels for an architecture are compiled. */
    static String[] options(String architecture) {
        return new String[] {"--gpu-architecture=sm_" + architecture, "--std=c++17"};
    }

    private byte[] read(String what, Pointer program) {
        LongByReference size = new LongByReference();
        check("nvrtcGet" + what + "Size", program, size);
        try (Memory content = new Memory(size.getValue())) {
            check("nvrtcGet" + what, program, content);
            return content.getByteArray(0, Math.toIntExact(size.getValue()));
        }
    }

    private void check(String call, Object... arguments) {
        int status = invoke(call, arguments);
        if (status != SUCCESS) {
            throw new IllegalStateException(call + " failed: " + error(status));
        }
    }

    private String error(int status) {
        return library.getFunction("nvrtcGetErrorString").invokeString(new Object[] {status}, false);
    }

    private int invoke(String call, Object... arguments) {
        return library.getFunction(call).invokeInt(arguments);
    }
}
