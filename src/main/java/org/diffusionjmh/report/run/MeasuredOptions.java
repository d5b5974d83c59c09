package org.diffusionjmh.report.run;

import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.regex.Pattern;
import org.diffusionjmh.report.FigureProfiler;
import org.diffusionjmh.report.NotesProfiler;
import org.diffusionjmh.report.PictureProfiler;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.util.Optional;

/** The user's options for runs that write no file themselves, do not stop at a failure, and take what is to be taken beside the scores. */
class MeasuredOptions extends OptionsBuilder {
    private static final long serialVersionUID = 1L;

    MeasuredOptions(Options options) {
        parent(options);
    }

    /**
     * Adds the profilers.
     *
     * @param notes where the forks leave their notes
     */
    final MeasuredOptions with(Profiling profiling, Path notes) {
        addProfiler(NotesProfiler.class, notes.toString());
        if (profiling.figures()) {
            addProfiler(FigureProfiler.class);
        }
        profiling.pictures().ifPresent(folder -> addProfiler(PictureProfiler.class, folder.toString()));
        return this;
    }

    @Override
    public Optional<String> getResult() {
        return Optional.none();
    }

    @Override
    public Optional<ResultFormatType> getResultFormat() {
        return Optional.none();
    }

    @Override
    public Optional<Boolean> shouldFailOnError() {
        return Optional.of(false);
    }

    /** The options for one fork of one benchmark. */
    static final class OfFork extends MeasuredOptions {
        private static final long serialVersionUID = 1L;

        private final BenchmarkParams benchmark;
        private final boolean first;

        /**
         * @param first whether the benchmark's warm-up forks are to go before
         */
        OfFork(Options options, BenchmarkParams benchmark, boolean first) {
            super(options);
            this.benchmark = benchmark;
            this.first = first;
        }

        @Override
        public List<String> getIncludes() {
            return List.of("^" + Pattern.quote(benchmark.getBenchmark()) + "$");
        }

        @Override
        public List<String> getExcludes() {
            return List.of();
        }

        @Override
        public Collection<Mode> getBenchModes() {
            return List.of(benchmark.getMode());
        }

        @Override
        public Optional<Collection<String>> getParameter(String name) {
            String value = benchmark.getParam(name);
            return value == null ? super.getParameter(name) : Optional.of(List.of(value));
        }

        @Override
        public Optional<Integer> getForkCount() {
            return Optional.of(1);
        }

        @Override
        public Optional<Integer> getWarmupForkCount() {
            return Optional.of(first ? benchmark.getWarmupForks() : 0);
        }
    }
}
