package org.diffusionjmh.libtorch;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.jni.IValue;
import org.diffusionjmh.torchscript.TorchScriptArchive;

/**
 * Uniform random numbers that are a function of stream and position (SplitMix64, Steele et al. 2014), computed in integers on the
 * device: every device gives the same ones, which torch's own generators do not promise.
 */
public final class CounterNoise implements AutoCloseable {
    /** Elements made at a time on a GPU, so that the integers in between stay small: 8 bytes each, a few at once. */
    private static final long GPU_CHUNK = 1L << 22;

    /** The same on a CPU: they stay in its cache, which is ten times as fast as memory that the system maps for each. */
    private static final long CPU_CHUNK = 1L << 15;

    // >> of int64 keeps the sign; the masks make it the unsigned shift of the algorithm.
    private static final String SOURCE = """
            def uniform(self: __torch__.M,
              stream: int,
              shape: List[int],
              center: float,
              bound: float,
              dtype: int,
              device: str,
              chunk: int) -> Tensor:
              place = torch.device(device)
              result = torch.empty(shape, dtype=dtype, device=place)
              flat = torch.view(result, [-1])
              count = torch.numel(flat)
              chunks = torch.floordiv(torch.sub(torch.add(count, chunk), 1), chunk)
              for i in range(chunks):
                start = torch.mul(i, chunk)
                end = torch.add(start, chunk)
                if torch.gt(end, count):
                  last = count
                else:
                  last = end
                z = torch.arange(start, last, dtype=4, device=place)
                z0 = torch.add(torch.mul(torch.add(z, 1), -7046029254386353131), stream)
                z1 = torch.mul(torch.bitwise_xor(z0, torch.bitwise_and(torch.bitwise_right_shift(z0, 30), 17179869183)), -4658895280553007687)
                z2 = torch.mul(torch.bitwise_xor(z1, torch.bitwise_and(torch.bitwise_right_shift(z1, 27), 137438953471)), -7723592293110705685)
                z3 = torch.bitwise_xor(z2, torch.bitwise_and(torch.bitwise_right_shift(z2, 31), 8589934591))
                top = torch.bitwise_and(torch.bitwise_right_shift(z3, 40), 16777215)
                unit = torch.sub(torch.mul(torch.to(top, 6), 1.1920928955078125e-07), 1.)
                values = torch.add(torch.mul(unit, bound), center)
                _0 = torch.copy_(torch.slice(flat, 0, start, last), values)
              return result
            """;

    private final NDManager manager;
    private final ScriptModule module;

    /**
     * @param manager its device makes the numbers
     */
    public CounterNoise(NDManager manager) {
        this.manager = manager;
        this.module = ScriptModule.load(TorchScriptArchive.ofMethods(SOURCE), manager);
    }

    /**
     * Numbers in {@code [center - bound, center + bound)}.
     *
     * @param stream numbers of different streams are unrelated
     * @param shape shape of the result
     * @param center the mean
     * @param bound half the width of the interval
     * @param dtype a floating-point type; numbers are made in float32 and rounded
     * @param owner the manager the tensor belongs to
     */
    public NDArray uniform(long stream, Shape shape, double center, double bound, DataType dtype, NDManager owner) {
        try (IValue streamValue = IValue.from(stream);
                IValue shapeValue = IValue.listFrom(shape.getShape());
                IValue centerValue = IValue.from(center);
                IValue boundValue = IValue.from(bound);
                IValue dtypeValue = IValue.from(ScalarType.of(dtype).code());
                IValue device = IValue.from(Devices.torchName(manager.getDevice()));
                IValue chunk = IValue.from(manager.getDevice().isGpu() ? GPU_CHUNK : CPU_CHUNK)) {
            return module.call(
                            "uniform",
                            owner,
                            streamValue,
                            shapeValue,
                            centerValue,
                            boundValue,
                            dtypeValue,
                            device,
                            chunk)
                    .singletonOrThrow();
        }
    }

    @Override
    public void close() {
        module.close();
    }
}
