package org.diffusionjmh.libtorch;

import ai.djl.engine.Engine;
import ai.djl.engine.EngineException;
import ai.djl.pytorch.jni.LibUtils;
import com.sun.jna.Function;
import com.sun.jna.NativeLibrary;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The C ABI of the libtorch that DJL has loaded (torch/csrc/inductor/aoti_torch/c/shim.h). Its functions return a status, which is
 * checked here and nowhere else.
 */
public final class LibTorch {
    /** What an exception says where libtorch prints why a call failed, and nobody but the reader of the error stream can know. */
    public static final String REASON_IS_PRINTED = "libtorch has printed the reason to the error stream";

    private static final int SUCCESS = 0;

    /** Since 2.13 it is not printed, but kept. */
    private static final String REASON = "torch_exception_get_what_without_backtrace";

    private final NativeLibrary library;

    private LibTorch(NativeLibrary library) {
        this.library = library;
    }

    /**
     * The functions for any device. The library is loaded at the first call.
     *
     * @throws EngineException if it cannot be loaded; says which file and why
     */
    public static LibTorch get() {
        return Holder.LOADED.require();
    }

    /**
     * The functions for CUDA devices.
     *
     * @throws EngineException if the library cannot be loaded, as in a libtorch for the CPU
     */
    static LibTorch cuda() {
        return CudaHolder.LOADED.require();
    }

    /**
     * Calls a function that returns a status.
     *
     * @param function its name
     * @param arguments what JNA passes on: {@code Integer} for int32_t, {@code Long} for int64_t, pointers and arrays
     * @throws EngineException if the library has no such function or the call fails; says why if this libtorch tells
     */
    public void call(String function, Object... arguments) {
        int status = find(function).invokeInt(arguments);
        if (status != SUCCESS) {
            throw new EngineException(function + " failed with status " + status + " in " + library.getFile() + "; "
                    + found(REASON)
                            .map(reason -> reason.invokeString(new Object[0], false))
                            .orElse(REASON_IS_PRINTED));
        }
    }

    /**
     * The text that a C++ function without arguments returns as {@code std::string}; empty if the library has no such function.
     *
     * @param mangledName its name, which says that it takes no arguments and of which ABI the string is; it must be one that does not throw
     */
    Optional<byte[]> text(String mangledName) {
        return found(mangledName).map(this::text);
    }

    private byte[] text(Function function) {
        StandardString string = (StandardString) function.invoke(StandardString.class, new Object[0]);
        byte[] text = string.bytes();
        if (string.ownsMemory()) {
            library.getFunction("_ZdlPv").invokeVoid(new Object[] {string.text}); // operator delete(void*)
        }
        return text;
    }

    private Function find(String function) {
        return found(function)
                .orElseThrow(() -> new EngineException(
                        library.getFile() + " has no function " + function + "; this needs a newer libtorch"));
    }

    private Optional<Function> found(String function) {
        try {
            return Optional.of(library.getFunction(function));
        } catch (UnsatisfiedLinkError e) {
            return Optional.empty();
        }
    }

    /** The library, or why it could not be loaded: a class whose initializer fails loses the reason at the second call. */
    private record Attempt(LibTorch library, String file, UnsatisfiedLinkError failure) {
        LibTorch require() {
            if (library == null) {
                throw new EngineException("cannot load " + file + " for libtorch's C ABI", failure);
            }
            return library;
        }

        static Attempt load(String name) {
            Engine.getEngine("PyTorch");
            String file = Path.of(LibUtils.getLibtorchPath(), System.mapLibraryName(name))
                    .toString();
            try {
                return new Attempt(new LibTorch(NativeLibrary.getInstance(file)), file, null);
            } catch (UnsatisfiedLinkError e) {
                return new Attempt(null, file, e);
            }
        }
    }

    private static final class Holder {
        static final Attempt LOADED = Attempt.load("torch_cpu");
    }

    private static final class CudaHolder {
        static final Attempt LOADED = Attempt.load("torch_cuda");
    }
}
