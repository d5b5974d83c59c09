package org.diffusionjmh.bench;

import java.util.List;
import java.util.Optional;
import org.diffusionjmh.image.RgbImage;
import org.diffusionjmh.pipeline.DiffusionPipeline;
import org.diffusionjmh.pipeline.PipelineOptions;
import org.diffusionjmh.pipeline.PipelineOptionsParser;
import org.diffusionjmh.pipeline.TextToImageRequest;
import org.diffusionjmh.pipeline.Warnings;
import org.diffusionjmh.report.Figure;
import org.diffusionjmh.report.Figures;
import org.diffusionjmh.report.LastPicture;
import org.diffusionjmh.report.Notes;
import org.diffusionjmh.source.ModelDescription;
import org.diffusionjmh.source.Scale;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * A loaded pipeline and the request it serves. Loading is set-up; compiling happens at the first call, so that it is the
 * first warm-up iteration.
 *
 * @param <R> requests of the pipeline
 */
@State(Scope.Benchmark)
public abstract class PipelineState<R> {
    private static final String PROMPT = "best quality, realistic, unreal engine, 4K, a cat sitting on human lap";
    private static final long SEED = 333;

    /** Name of the compiler. */
    @Param({"none", "torchscript", "cudagraph", "fused"})
    public String compiler;

    /** Height and width in pixels. */
    @Param({"512", "1024"})
    public int resolution;

    /** Size of the model where there is no snapshot. */
    @Param("auto")
    public String scale;

    /** Denoising steps of a picture. */
    @Param("10")
    public int steps;

    /** Type of weights and computation. */
    @Param("auto")
    public String dtype;

    /** Where it runs. */
    @Param("auto")
    public String device;

    private final Workload<R> workload;
    private final BenchmarkWarnings warnings = new BenchmarkWarnings();

    private DiffusionPipeline<R> pipeline;
    private R request;
    private CallFigures figures;
    private Optional<RgbImage> last = Optional.empty();

    /**
     * @param workload what is measured
     */
    PipelineState(Workload<R> workload) {
        this.workload = workload;
    }

    /** Loads the pipeline; compiles nothing that {@link #prepare} does not need. */
    @Setup(Level.Trial)
    public void load() throws Exception {
        Figures.clear();
        Notes.clear();
        long start = System.nanoTime();
        PipelineOptions options = PipelineOptionsParser.parse(
                device, dtype, compiler, scale, Optional.empty(), PipelineOptionsParser.AUTO);
        pipeline = workload.loader().load(workload.model(), options, warnings);
        pipeline.session().synchronize();
        Figures.put(Figure.LOAD, (System.nanoTime() - start) / 1e9);
        figures = CallFigures.of(pipeline.session());
        takeNotes();
        request = workload.request()
                .apply(TextToImageRequest.builder(PROMPT)
                        .size(resolution, resolution)
                        .numInferenceSteps(steps)
                        .seed(SEED));
        System.out.println();
        System.out.println("# Pipeline: " + pipeline.description() + " on "
                + pipeline.session().device() + ", " + options.dtype());
        prepare();
    }

    private void takeNotes() {
        ModelDescription model = pipeline.description();
        if (model.syntheticWeights()) {
            Notes.mark("synthetic weights");
        }
        if (model.scale().equals(Scale.MINI.id())) {
            Notes.mark("mini scale");
        }
        if (!pipeline.session().device().isGpu()) {
            Notes.mark("cpu");
        }
        pipeline.session().versions().forEach(Notes::version);
    }

    /** What a state needs beside the loaded pipeline. A hook, because JMH calls the set-up methods of a class and its parent by name. */
    void prepare() throws Exception {}

    /** Begins what is measured over an iteration beside its time. */
    @Setup(Level.Iteration)
    public void begin() {
        figures.begin();
    }

    /** Leaves the iteration's figures for the profiler: after the last one, the pipeline is closed before the profiler looks. */
    @TearDown(Level.Iteration)
    public void record() {
        figures.record();
    }

    /** Frees what {@link #load} made, in reverse order. */
    @TearDown(Level.Trial)
    public void close() throws Exception {
        warnings.endMeasurement();
        if (LastPicture.isWanted()) {
            picture().ifPresent(image -> new LastPicture(image, SEED).leave());
        }
        release();
        figures.close();
        pipeline.close();
    }

    /** Undoes {@link #prepare}. */
    void release() throws Exception {}

    /** The last picture; empty if there is none. */
    Optional<RgbImage> picture() throws Exception {
        return last;
    }

    /** Generates a picture, from the prompt to pixels on the host. */
    public List<RgbImage> generate() {
        figures.startCall();
        List<RgbImage> images = pipeline.generate(request, step -> figures.mark(), warnings);
        last = Optional.of(images.get(0));
        return images;
    }

    R request() {
        return request;
    }

    DiffusionPipeline<R> pipeline() {
        return pipeline;
    }

    CallFigures figures() {
        return figures;
    }

    Warnings warnings() {
        return warnings;
    }
}
