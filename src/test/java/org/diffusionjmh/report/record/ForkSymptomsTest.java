package org.diffusionjmh.report.record;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** From what is seen of a fork, the kind of its failure and a reason in one line. */
class ForkSymptomsTest {
    private static void assertFailure(FailureKind kind, String reason, ForkSymptoms symptoms) {
        assertEquals(kind, symptoms.kind());
        assertEquals(reason, symptoms.reason());
    }

    private static ForkSymptoms thrown(String trace) {
        return new ForkSymptoms(Optional.empty(), List.of(trace), OptionalInt.empty(), List.of());
    }

    private static ForkSymptoms exited(int code, String... lastLines) {
        return new ForkSymptoms(Optional.empty(), List.of(), OptionalInt.of(code), List.of(lastLines));
    }

    @Test
    void anExceptionIsToldByItsRoot() {
        assertFailure(FailureKind.ERROR, "EngineException: The size of tensor a (3) must match", thrown("""
                        java.lang.IllegalStateException: cannot generate
                        \tat org.diffusionjmh.Some.method(Some.java:1)
                        Caused by: ai.djl.engine.EngineException: The size of tensor a (3) must match
                        \tat org.diffusionjmh.Other.method(Other.java:2)
                        """));
        assertFailure(FailureKind.ERROR, "NullPointerException", thrown("java.lang.NullPointerException\n\tat a.B.c"));
    }

    /** As libtorch on a GPU and on a CPU, cuDNN and Java say it. */
    @Test
    void outOfMemoryIsKnownByItsWords() {
        assertFailure(
                FailureKind.OOM,
                "EngineException: CUDA out of memory. Tried to allocate 20.00 MiB. GPU 0 has a total capacity of 79 GiB",
                thrown(
                        "ai.djl.engine.EngineException: CUDA out of memory. Tried to allocate 20.00 MiB. GPU 0 has a total"
                                + " capacity of 79 GiB\n\tat a.B.c"));
        assertFailure(
                FailureKind.OOM,
                "RuntimeError: [enforce fail at alloc_cpu.cpp:117] err == 0. DefaultCPUAllocator: can't allocate memory",
                thrown("""
                        a.b.SomeException: The following operation failed in the TorchScript interpreter.
                        Caused by: RuntimeError: [enforce fail at alloc_cpu.cpp:117] err == 0. DefaultCPUAllocator: can't allocate memory
                        """));
        assertEquals(
                FailureKind.OOM,
                thrown("x.Y: cuDNN error: CUDNN_STATUS_ALLOC_FAILED").kind());
        assertEquals(
                FailureKind.OOM,
                thrown("java.lang.OutOfMemoryError: Java heap space").kind());
        assertEquals(
                FailureKind.OOM,
                exited(134, "terminate called", "  what():  CUDA error: out of memory")
                        .kind());
    }

    /** Each as its library words it, in an exception as it reaches the benchmark. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                // libtorch 2.7 and 2.11, by DJL, outside and within TorchScript
                "ai.djl.engine.EngineException: CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a total capacity"
                        + " of 79.10 GiB of which 15.81 MiB is free. Process 1234 has 79.08 GiB memory in use. Of the"
                        + " allocated memory 77.50 GiB is allocated by PyTorch, and 500.12 MiB is reserved by PyTorch but"
                        + " unallocated.",
                "ai.djl.engine.EngineException: RuntimeError: CUDA out of memory. Tried to allocate 2.00 GiB.",
                "ai.djl.engine.EngineException: HIP out of memory. Tried to allocate 2.00 GiB.",
                "ai.djl.engine.EngineException: CUDA error: out of memory",
                "torch.cuda.OutOfMemoryError: Allocation on device 0 would exceed allowed memory.",
                // libraries beneath libtorch
                "ai.djl.engine.EngineException: CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`",
                "ai.djl.engine.EngineException: cuDNN error: CUDNN_STATUS_ALLOC_FAILED",
                "ai.djl.engine.EngineException: cuDNN error: CUDNN_STATUS_INTERNAL_ERROR_DEVICE_ALLOCATION_FAILED",
                "ai.djl.engine.EngineException: could not create a primitive: cudaErrorMemoryAllocation",
                // this project's own calls of CUDA's runtime, its driver and NVRTC
                "java.lang.IllegalStateException: cudaGraphInstantiateWithFlags failed: out of memory (2)",
                "java.lang.IllegalStateException: cuModuleLoadData failed: CUDA_ERROR_OUT_OF_MEMORY (2)",
                "java.lang.IllegalStateException: nvrtcCompileProgram failed: NVRTC_ERROR_OUT_OF_MEMORY",
                // the host
                "ai.djl.engine.EngineException: std::bad_alloc",
                "java.lang.OutOfMemoryError: Java heap space",
                "java.lang.OutOfMemoryError: Cannot reserve 4194304 bytes of direct buffer memory",
                "java.io.IOException: Map failed: java.lang.OutOfMemoryError: Map failed",
                "ai.djl.engine.EngineException: [enforce fail at alloc_cpu.cpp:119] err == 0. DefaultCPUAllocator: can't"
                        + " allocate memory: you tried to allocate 4398046511104 bytes. Error code 12 (Cannot allocate memory)",
            })
    void memoryThatRunsOutIsKnownInAllWordings(String line) {
        ForkSymptoms symptoms = thrown("a.b.SomeException: cannot generate\n\tat a.B.c\n" + line + "\n\tat d.E.f");
        assertEquals(FailureKind.OOM, symptoms.kind());
        String words = line.substring(line.indexOf(": ") + 2);
        assertTrue(symptoms.reason().contains(words.substring(0, Math.min(words.length(), 20))), symptoms.reason());
    }

    /** The JVM says so before it ends, or the system ends it: then nobody can tell for sure. */
    @Test
    void aHostWithoutMemoryEndsTheFork() {
        assertEquals(
                FailureKind.OOM,
                exited(
                                1,
                                "# There is insufficient memory for the Java Runtime Environment to continue.",
                                "# Native memory allocation (mmap) failed to map 65536 bytes. Error detail: committing reserved memory.")
                        .kind());
        assertEquals(
                FailureKind.OOM,
                exited(3, "Terminating due to java.lang.OutOfMemoryError: Java heap space")
                        .kind());
        assertEquals(FailureKind.CRASHED, exited(137).kind());
    }

    @Test
    void aCrashIsToldByExitCodeAndTheJvmsLastWords() {
        assertFailure(
                FailureKind.CRASHED,
                "the process ended with exit code 134 (aborted): in C  [libtorch_cpu.so+0x4a5b6c7]",
                exited(
                        134,
                        "# A fatal error has been detected by the Java Runtime Environment:",
                        "# Problematic frame:",
                        "# C  [libtorch_cpu.so+0x4a5b6c7]",
                        "#"));
        assertFailure(
                FailureKind.CRASHED,
                "the process ended with exit code 137 (killed; by the system if the host's memory ran out)",
                exited(137));
        assertFailure(FailureKind.CRASHED, "the process ended with exit code 1", exited(1));
    }

    /** A fork that was killed exits as one that the system killed. */
    @Test
    void aHungForkIsToldByWhatItWasKilledFor() {
        assertFailure(
                FailureKind.TIMED_OUT,
                "no iteration ended within 15 min",
                new ForkSymptoms(
                        Optional.of("no iteration ended within 15 min"), List.of(), OptionalInt.of(137), List.of()));
        assertEquals(
                FailureKind.TIMED_OUT,
                new ForkSymptoms(
                                Optional.empty(),
                                List.of("java.lang.InterruptedException\n\tat a.B.c"),
                                OptionalInt.empty(),
                                List.of("(benchmark timed out, interrupted 1 times) "))
                        .kind(),
                "JMH's own time-out");
    }

    @Test
    void aReasonIsOneLineOfBoundedLength() {
        String reason = thrown("a.B: " + "x".repeat(1000) + "\nmore").reason();
        assertEquals(303, reason.length());
        assertEquals(1, reason.lines().count());
    }
}
