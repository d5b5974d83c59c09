package org.diffusionjmh.kernel;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.List;
import org.diffusionjmh.libtorch.CudaGraph;
import org.diffusionjmh.libtorch.CudaGraphs;
import org.diffusionjmh.libtorch.ScalarType;
import org.diffusionjmh.libtorch.ScriptModule;
import org.diffusionjmh.libtorch.StepClock;
import org.diffusionjmh.libtorch.TensorMemory;
import org.diffusionjmh.libtorch.TorchSession;

/** Times calls of an expression on several tensors of float16, captured as a CUDA graph. */
final class CapturedCalls {
    private static final int LAUNCHES = 20;
    private static final int ROUNDS = 3;

    private final TorchSession session;
    private final int calls;

    /**
     * @param calls tensors that take turns
     */
    CapturedCalls(TorchSession session, int calls) {
        this.session = session;
        this.calls = calls;
    }

    /** Microseconds of a call, at best. */
    double micros(String expression, Shape x, Shape weight, Shape bias) {
        try (NDManager manager = session.manager().newSubManager();
                ScriptModule module = OperatorCalls.module(expression, manager);
                CudaGraphs graphs = CudaGraphs.open(session.device())) {
            NDArray factors = random(manager, weight);
            NDArray offsets = random(manager, bias);
            List<NDArray> inputs = new ArrayList<>();
            for (int i = 0; i < calls; i++) {
                inputs.add(random(manager, x));
            }
            try (CudaGraph graph = graphs.capture(() -> {
                try (NDManager scope = manager.newSubManager()) {
                    inputs.forEach(input -> module.call("forward", new NDList(input, factors, offsets), scope));
                }
            })) {
                return micros(graph);
            }
        }
    }

    private double micros(CudaGraph graph) {
        double best = Double.MAX_VALUE;
        for (int round = 0; round < ROUNDS; round++) {
            try (StepClock clock = session.newClock()) {
                clock.mark();
                for (int i = 0; i < LAUNCHES; i++) {
                    graph.launch();
                }
                clock.mark();
                session.synchronize();
                best = Math.min(best, clock.seconds() * 1e6 / LAUNCHES / calls);
            }
        }
        return best;
    }

    private static NDArray random(NDManager manager, Shape shape) {
        try (NDArray wide = manager.randomNormal(shape)) {
            return TensorMemory.copy(wide, ScalarType.FLOAT16, manager);
        }
    }
}
