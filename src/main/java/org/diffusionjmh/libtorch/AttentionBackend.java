package org.diffusionjmh.libtorch;

import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import java.util.Optional;
import org.diffusionjmh.torchscript.TorchScriptArchive;

/**
 * The kernels among which libtorch's {@code scaled_dot_product_attention} chooses by sizes, device and version, in the order of {@code
 * SDPBackend} (ATen/native/transformers/sdp_utils_cpp.h).
 */
public enum AttentionBackend {
    MATH,
    FLASH,
    EFFICIENT,
    CUDNN;

    private static final String SOURCE = """
            def forward(self: __torch__.M, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
              return torch.zeros([torch._fused_sdp_choice(q, k, v, None, 0., False)])
            def causal(self: __torch__.M, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
              return torch.zeros([torch._fused_sdp_choice(q, k, v, None, 0., True)])
            """;

    /**
     * What libtorch would compute an attention with; empty if it does not tell, or would take another kernel.
     *
     * @param query {@code [N, heads, L, d]}; values do not matter
     * @param key {@code [N, heads, S, d]}, and the same for the values
     */
    public static Optional<AttentionBackend> chosen(NDArray query, NDArray key, boolean causal, NDManager manager) {
        try (NDManager scope = manager.newSubManager();
                ScriptModule module = ScriptModule.load(TorchScriptArchive.ofMethods(SOURCE), scope)) {
            NDArray choice = module.call(causal ? "causal" : "forward", new NDList(query, key, key), scope)
                    .singletonOrThrow();
            int index = Math.toIntExact(choice.size());
            return index < values().length ? Optional.of(values()[index]) : Optional.empty();
        } catch (EngineException e) {
            return Optional.empty();
        }
    }
}
