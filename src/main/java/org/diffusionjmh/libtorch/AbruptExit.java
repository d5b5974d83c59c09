package org.diffusionjmh.libtorch;

import com.sun.jna.Function;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Platform;
import com.sun.jna.Pointer;

/**
 * Keeps a JVM that is stopped amid native work, by Ctrl-C for example, from crashing: its exit runs libtorch's destructors while the
 * session's thread is still inside libtorch. It has glibc leave the process right away instead, with the same status, once the JVM's own
 * shutdown is done. Other systems exit as they always do.
 */
final class AbruptExit implements AutoCloseable {
    private final Thread hook;

    private AbruptExit(Thread hook) {
        this.hook = hook;
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /** Guards the time until it is closed. */
    static AbruptExit guard() {
        if (!Platform.isLinux()) {
            return new AbruptExit(new Thread());
        }
        NativeLibrary libc = NativeLibrary.getInstance("c");
        Function onExit = libc.getFunction("on_exit");
        Function exit = libc.getFunction("_exit");
        // Functions that are registered last run first: this one before all destructors of what is loaded by now.
        return new AbruptExit(new Thread(() -> onExit.invokeInt(new Object[] {exit, Pointer.NULL})));
    }

    @Override
    public void close() {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The JVM is shutting down already, and the hook is harmless.
        }
    }
}
