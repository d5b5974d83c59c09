package org.diffusionjmh.libtorch;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.JniUtils;
import java.util.List;
import org.diffusionjmh.torchscript.TorchScriptArchive;

/**
 * Torch's own normal random numbers: for a seed, the tensors that {@code torch.randn(shape, generator=torch.Generator(device)
 * .manual_seed(seed))} gives in Python on the same kind of device, call after call.
 */
public final class NoiseGenerator implements AutoCloseable {
    private static final String SOURCE = """
            def draw(self: __torch__.M,
              seed: int,
              shapes: List[List[int]],
              dtypes: List[int],
              device: str) -> List[Tensor]:
              generator = torch.Generator(device=torch.device(device), seed=seed)
              draws = annotate(List[Tensor], [])
              for i in range(torch.len(dtypes)):
                noise = torch.randn(shapes[i], generator=generator, dtype=dtypes[i], device=torch.device(device))
                _0 = torch.append(draws, noise)
              return draws
            def draw_default(self: __torch__.M,
              shapes: List[List[int]],
              dtypes: List[int],
              device: str) -> List[Tensor]:
              draws = annotate(List[Tensor], [])
              for i in range(torch.len(dtypes)):
                noise = torch.randn(shapes[i], dtype=dtypes[i], device=torch.device(device))
                _0 = torch.append(draws, noise)
              return draws
            """;

    private final NDManager manager;
    private final ScriptModule module;

    /**
     * @param manager its device draws the numbers
     */
    public NoiseGenerator(NDManager manager) {
        this.manager = manager;
        this.module = ScriptModule.load(TorchScriptArchive.ofMethods(SOURCE), manager);
    }

    /**
     * One tensor of noise.
     *
     * @param dtype a floating-point type; torch draws in float32 and rounds
     */
    public record Draw(Shape shape, DataType dtype) {}

    /**
     * The first draws of a fresh generator.
     *
     * @param seed the generator's seed
     * @param draws what to draw, in this order; at least one
     * @param owner the manager the tensors belong to
     * @return one tensor per draw
     */
    public NDList draw(long seed, List<Draw> draws, NDManager owner) {
        long[] codes = draws.stream()
                .map(draw -> ScalarType.of(draw.dtype()))
                .mapToLong(ScalarType::code)
                .toArray();
        IValue[] shapes = draws.stream()
                .map(draw -> IValue.listFrom(draw.shape().getShape()))
                .toArray(IValue[]::new);
        try (IValue seedValue = IValue.from(seed);
                IValue shapeValues = IValue.listFrom(shapes);
                IValue dtypeValues = IValue.listFrom(codes);
                IValue device = IValue.from(Devices.torchName(manager.getDevice()))) {
            if (!manager.getDevice().isGpu()) {
                return module.call("draw", owner, seedValue, shapeValues, dtypeValues, device);
            }
            // TorchScript makes generators for the CPU only. The device's default one, freshly seeded, gives the same
            // numbers; it is the process's, so nobody may draw in between.
            synchronized (NoiseGenerator.class) {
                JniUtils.setSeed(seed);
                return module.call("draw_default", owner, shapeValues, dtypeValues, device);
            }
        } finally {
            List.of(shapes).forEach(IValue::close);
        }
    }

    @Override
    public void close() {
        module.close();
    }
}
