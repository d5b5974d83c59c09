package org.diffusionjmh.kernel;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.IValue;
import org.diffusionjmh.libtorch.OperatorArguments;
import org.diffusionjmh.libtorch.ScriptModule;
import org.diffusionjmh.torchscript.TorchScriptArchive;

/** The operators in libtorch's own operations. */
final class AtenOperators {
    private static final String SOURCE = """
            class M(Module):
              __parameters__ = []
              __buffers__ = []
              training : bool
              weights : List[Tensor]
              def group_norm(self: __torch__.M,
                x: Tensor,
                weight: Tensor,
                bias: Tensor,
                groups: int,
                eps: float,
                silu: bool) -> Tensor:
                normed = torch.group_norm(torch.contiguous(x), groups, weight, bias, eps)
                if silu:
                  result = torch.silu(normed)
                else:
                  result = normed
                return result
              def geglu(self: __torch__.M,
                x: Tensor) -> Tensor:
                value, gate = torch.chunk(x, 2, -1)
                return torch.contiguous(torch.mul(value, torch.gelu(gate)))
            """;

    private final ScriptModule module =
            ScriptModule.load(TorchScriptArchive.of(SOURCE), NDManager.newBaseManager(Device.cpu(), "PyTorch"));

    NDArray groupNorm(OperatorArguments arguments, NDManager scope) {
        GroupNormOptions options = new GroupNormOptions(arguments);
        try (IValue x = tensor(arguments, 0);
                IValue weight = tensor(arguments, 1);
                IValue bias = tensor(arguments, 2);
                IValue groups = IValue.from((long) options.groups());
                IValue eps = IValue.from(options.eps());
                IValue silu = IValue.from(options.silu())) {
            return module.call("group_norm", scope, x, weight, bias, groups, eps, silu)
                    .singletonOrThrow();
        }
    }

    NDArray geglu(OperatorArguments arguments, NDManager scope) {
        try (IValue x = tensor(arguments, 0)) {
            return module.call("geglu", scope, x).singletonOrThrow();
        }
    }

    private static IValue tensor(OperatorArguments arguments, int index) {
        return IValue.from((PtNDArray) arguments.tensor(index));
    }
}
