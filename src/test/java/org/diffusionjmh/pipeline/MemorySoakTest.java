package org.diffusionjmh.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.diffusionjmh.compiler.Compilers;
import org.diffusionjmh.graph.DType;
import org.diffusionjmh.libtorch.TorchSession;
import org.diffusionjmh.source.ModelFiles;
import org.diffusionjmh.source.Scale;
import org.diffusionjmh.source.SnapshotFiles;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Memory does not grow from one generation to the next; on the CPU, or on another device by
 * {@code -Ddevice=cuda}; {@code -Dgenerations=200} soaks longer.
 */
class MemorySoakTest {
    private static final String DEVICE = System.getProperty("device", "cpu");
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final int GENERATIONS = Integer.getInteger("generations", 60);
    private static final int SETTLED = 10;
    private static final long HOST_SLACK = 24L << 20;

    static Stream<String> compilers() {
        return Compilers.all().stream().map(compiler -> compiler.id());
    }

    @ParameterizedTest
    @MethodSource("compilers")
    void staysFlatFromGenerationToGeneration(String compiler) throws Exception {
        assumeTrue(Files.isReadable(STATUS), "resident memory is read from " + STATUS);
        RecordedCase recorded = RecordedCase.of("sdxl-t2i").findFirst().orElseThrow();
        ModelFiles files = SnapshotFiles.open(recorded.toString(), recorded.snapshot(), Optional.empty());
        PipelineOptions options =
                new PipelineOptions(DEVICE, DType.FP32, compiler, Scale.FULL, Optional.empty(), Optional.empty());
        TorchSession session = TorchSession.open(DEVICE);
        try (TextToImagePipeline pipeline = Pipelines.textToImage(files, options, session, text -> {})) {
            TextToImageRequest request = TextToImageRequest.builder("a cat")
                    .size(64, 64)
                    .numInferenceSteps(2)
                    .guidanceScale(5)
                    .build();
            long host = 0;
            long device = 0;
            int arrays = 0;
            for (int i = 1; i <= GENERATIONS; i++) {
                pipeline.generate(request, StepListener.NONE, text -> {});
                if (i == SETTLED) {
                    host = residentBytes();
                    device = session.peakMemoryBytes();
                    arrays = session.manager().getManagedArrays().size();
                }
            }
            assertEquals(arrays, session.manager().getManagedArrays().size(), "arrays that the session owns");
            long growth = residentBytes() - host;
            assertTrue(growth <= HOST_SLACK, "host memory grew by " + growth + " bytes");
            if (session.device().isGpu()) {
                assertEquals(device, session.peakMemoryBytes(), "memory in use on the device");
            }
        }
    }

    /** Resident memory with the Java heap as small as it gets. */
    private static long residentBytes() throws IOException {
        System.gc();
        try (Stream<String> lines = Files.lines(STATUS)) {
            return lines.filter(line -> line.startsWith("VmRSS:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
                    .findFirst()
                    .orElseThrow();
        }
    }
}
