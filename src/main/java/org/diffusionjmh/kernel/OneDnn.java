package org.diffusionjmh.kernel;

import ai.djl.Device;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDManager;
import org.diffusionjmh.libtorch.ScriptModule;
import org.diffusionjmh.torchscript.TorchScriptArchive;

/** What oneDNN, libtorch's library for products on a CPU, can do on the CPU at hand. */
public final class OneDnn {
    private static final String SOURCE = """
            def forward(self: __torch__.M) -> Tensor:
              supported = ops.mkldnn._is_mkldnn_bf16_supported()
              return torch.ones([int(supported)])
            """;

    private OneDnn() {}

    /** Whether it takes weights in bfloat16, for which a CPU needs AVX-512 or its successors. */
    public static boolean hasBfloat16() {
        try (NDManager manager = NDManager.newBaseManager(Device.cpu(), "PyTorch");
                ScriptModule module = ScriptModule.load(TorchScriptArchive.ofMethods(SOURCE), manager)) {
            return module.call("forward", manager).singletonOrThrow().size() > 0;
        } catch (EngineException e) {
            return false; // a libtorch without oneDNN
        }
    }
}
