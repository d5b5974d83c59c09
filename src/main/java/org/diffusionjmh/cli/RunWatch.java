package org.diffusionjmh.cli;

import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Defaults;
import org.openjdk.jmh.runner.format.OutputFormat;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.util.UnCloseablePrintStream;

/** Listens to a run: JMH drops a benchmark that fails without a word in its results, but says when it starts one. */
final class RunWatch implements Closeable {
    private final PrintStream out;
    private final OutputFormat text;
    private final SortedSet<BenchmarkParams> started = new TreeSet<>();

    private RunWatch(PrintStream out, OutputFormat text) {
        this.out = out;
        this.text = text;
    }

    /**
     * Watches a run that reports to the user's {@code -o} file, or to {@code out}.
     *
     * @throws IOException if the file cannot be written
     */
    static RunWatch of(Options options, PrintStream out) throws IOException {
        PrintStream target = options.getOutput().hasValue()
                ? new PrintStream(
                        Files.newOutputStream(Path.of(options.getOutput().get())), true, Charset.defaultCharset())
                : uncloseable(out);
        OutputFormat text = OutputFormatFactory.createFormatInstance(
                target, options.verbosity().orElse(Defaults.VERBOSITY));
        return new RunWatch(target, text);
    }

    private static PrintStream uncloseable(OutputStream out) throws IOException {
        return new UnCloseablePrintStream(out, Charset.defaultCharset());
    }

    /** What the run is to report to. A proxy, so that methods added to the interface go through. */
    OutputFormat format() {
        return (OutputFormat) Proxy.newProxyInstance(
                OutputFormat.class.getClassLoader(), new Class<?>[] {OutputFormat.class}, (proxy, method, args) -> {
                    if (method.getName().equals("startBenchmark")) {
                        started.add((BenchmarkParams) args[0]);
                    }
                    return forward(method, args);
                });
    }

    private Object forward(Method method, Object[] args) throws Throwable {
        try {
            return method.invoke(text, args);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    /** The benchmarks that were started and have no result, with their parameters. */
    List<String> failed(Collection<RunResult> results) {
        SortedSet<BenchmarkParams> missing = new TreeSet<>(started);
        results.forEach(result -> missing.remove(result.getParams()));
        return missing.stream().map(RunWatch::describe).toList();
    }

    private static String describe(BenchmarkParams benchmark) {
        String parameters = benchmark.getParamsKeys().stream()
                .map(name -> name + "=" + benchmark.getParam(name))
                .collect(Collectors.joining(", "));
        return benchmark.getBenchmark() + (parameters.isEmpty() ? "" : " (" + parameters + ")");
    }

    @Override
    public void close() {
        out.close();
    }
}
