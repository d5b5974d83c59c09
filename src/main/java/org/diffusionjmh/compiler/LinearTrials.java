package org.diffusionjmh.compiler;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.diffusionjmh.graph.TensorType;
import org.diffusionjmh.kernel.FusedOperators;
import org.diffusionjmh.libtorch.CudaGraph;
import org.diffusionjmh.libtorch.CudaGraphs;
import org.diffusionjmh.libtorch.DeviceTimer;
import org.diffusionjmh.libtorch.ProductSizes;
import org.diffusionjmh.libtorch.ScalarType;
import org.diffusionjmh.pass.LinearLayer;
import org.diffusionjmh.pass.LinearPlan;

/**
 * Measurements of linear layers on a GPU, as they run in a captured network: several in a row, each with a weight and a residual of its
 * own that are not in the cache, and with the sum and the norm that follow.
 */
final class LinearTrials implements AutoCloseable {
    private static final int ROUNDS = 3;
    private static final int LAUNCHES = 2;

    /** Times the best so far, at which a plan is given up after its first round. */
    private static final double HOPELESS = 1.15;

    /** Of libtorch's time, above which another way is not worth leaving it. */
    private static final double NOTICEABLE = 0.99;

    private final Device device;
    private final CudaGraphs graphs;
    private final NDManager manager;
    private final DeviceTimer timer;
    private final Compiler compiler = new DynamicCompiler(CompileJournal.silent());
    private final List<CompiledModule> modules = new ArrayList<>(); // open, so that the programs stay loaded

    private LinearTrials(Device device, CudaGraphs graphs, NDManager manager) {
        this.device = device;
        this.graphs = graphs;
        this.manager = manager;
        this.timer = DeviceTimer.of(device);
    }

    /**
     * Prepares measurements.
     *
     * @throws IllegalStateException if nothing can be captured on the device
     */
    static LinearTrials open(Device device) {
        return new LinearTrials(device, CudaGraphs.open(device), NDManager.newBaseManager(device, "PyTorch"));
    }

    /** The fastest way to compute a layer. */
    LinearPlan fastest(LinearLayer layer) {
        try (LinearTrial trial = new LinearTrial(layer, manager.newSubManager())) {
            LinearPlan fastest = LinearPlan.LIBTORCH;
            double shortest = NOTICEABLE * seconds(fastest, trial, Double.MAX_VALUE);
            for (LinearPlan plan : plans(layer, device)) {
                double seconds = secondsIfPossible(plan, trial, shortest);
                if (seconds < shortest) {
                    fastest = plan;
                    shortest = seconds;
                }
            }
            return fastest;
        }
    }

    /**
     * What is tried. Where there is a residual, an algorithm that does without it beats both libtorch's choice and those that take it only
     * if it is the first one: so it was for all layers of two U-Nets.
     */
    private static List<LinearPlan> plans(LinearLayer layer, Device device) {
        ScalarType type = ScalarType.of(TensorTypes.dataType(layer.dtype()));
        ProductSizes sizes = new ProductSizes(type, layer.rows(), layer.in(), layer.out(), layer.bias());
        int algorithms = FusedOperators.get().linear().algorithms(device, sizes);
        Stream<LinearPlan> alone = plans(algorithms, false);
        return layer.after() == LinearLayer.After.OTHER
                ? alone.toList()
                : Stream.concat(alone.limit(1), plans(algorithms, true)).toList();
    }

    private static Stream<LinearPlan> plans(int algorithms, boolean residual) {
        return IntStream.range(0, algorithms).mapToObj(algorithm -> LinearPlan.of(algorithm, residual));
    }

    private double secondsIfPossible(LinearPlan plan, LinearTrial trial, double shortest) {
        try {
            return seconds(plan, trial, shortest);
        } catch (RuntimeException e) {
            return Double.MAX_VALUE; // an algorithm that was proposed may still refuse
        }
    }

    private double seconds(LinearPlan plan, LinearTrial trial, double shortest) {
        CompiledModule module = compiler.compile(trial.graph(plan), LinearTrials::noWeight, manager);
        modules.add(module);
        try (CudaGraph graph = graphs.capture(() -> trial.run(module), 1)) {
            double best = seconds(graph);
            for (int round = 1; round < ROUNDS && best < HOPELESS * shortest; round++) {
                best = Math.min(best, seconds(graph));
            }
            return best;
        }
    }

    private static NDArray noWeight(String key, TensorType type) {
        throw new IllegalStateException("a trial has no weight " + key + " " + type);
    }

    private double seconds(CudaGraph graph) {
        return timer.seconds(() -> {
            for (int i = 0; i < LAUNCHES; i++) {
                graph.launch();
            }
        });
    }

    @Override
    public void close() {
        modules.forEach(CompiledModule::close);
        manager.close();
        graphs.close();
    }
}
