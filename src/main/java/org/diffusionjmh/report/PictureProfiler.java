package org.diffusionjmh.report;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.profile.InternalProfiler;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;

/** Keeps a benchmark's last picture as a file. It is written when the benchmark has ended, so it costs no iteration anything. */
public final class PictureProfiler implements InternalProfiler {
    private final Path folder;

    /**
     * Called by JMH.
     *
     * @param folder where the pictures go
     */
    public PictureProfiler(String folder) {
        this.folder = Path.of(folder);
        LastPicture.want();
    }

    @Override
    public String getDescription() {
        return "Keeps the last picture of each benchmark; on with --keep-pictures";
    }

    @Override
    public void beforeIteration(BenchmarkParams benchmark, IterationParams iteration) {
        // The picture comes at the end.
    }

    @Override
    public List<? extends Result<?>> afterIteration(
            BenchmarkParams benchmark, IterationParams iteration, IterationResult result) {
        Optional<LastPicture> picture = LastPicture.take();
        if (picture.isPresent()) {
            try {
                picture.get()
                        .image()
                        .write(folder.resolve(
                                PictureFile.of(benchmark, picture.get().seed())));
            } catch (IOException e) {
                throw new UncheckedIOException("cannot keep the picture: " + e.getMessage(), e);
            }
        }
        return List.of();
    }
}
