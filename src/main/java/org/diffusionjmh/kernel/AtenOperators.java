package org.diffusionjmh.kernel;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.IValue;
import java.util.ArrayList;
import java.util.List;
import org.diffusionjmh.libtorch.OperatorArguments;
import org.diffusionjmh.libtorch.ScriptModule;
import org.diffusionjmh.libtorch.TensorMemory;
import org.diffusionjmh.torchscript.TorchScriptArchive;

/** The operators in libtorch's own operations. */
@SuppressWarnings("MagicNumber") // positions in the schemas
final class AtenOperators {
    private static final String SOURCE = """
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
            def shifted_group_norm(self: __torch__.M,
              x: Tensor,
              shift: Tensor,
              weight: Tensor,
              bias: Tensor,
              groups: int,
              eps: float,
              silu: bool) -> Tensor:
              shifted = torch.add(x, torch.unsqueeze(torch.unsqueeze(shift, -1), -1))
              return (self).group_norm(shifted, weight, bias, groups, eps, silu, )
            def concat_group_norm(self: __torch__.M,
              x: Tensor,
              y: Tensor,
              weight: Tensor,
              bias: Tensor,
              groups: int,
              eps: float,
              silu: bool) -> Tensor:
              return (self).group_norm(torch.cat([x, y], 1), weight, bias, groups, eps, silu, )
            def add_layer_norm(self: __torch__.M,
              x: Tensor,
              residual: Tensor,
              weight: Tensor,
              bias: Tensor,
              first: int,
              rows: int,
              eps: float) -> Tensor:
              return (self).sum_and_norm(torch.add(x, residual), weight, bias, first, rows, eps, )
            def padded_add_layer_norm(self: __torch__.M,
              x: Tensor,
              residual: Tensor,
              weight: Tensor,
              bias: Tensor,
              pad: Tensor,
              before: int,
              first: int,
              rows: int,
              eps: float) -> Tensor:
              end = torch.add(before, torch.size(x, 0))
              above = torch.add(torch.slice(residual, 0, 0, before), pad)
              middle = torch.add(torch.slice(residual, 0, before, end), x)
              below = torch.add(torch.slice(residual, 0, end), pad)
              return (self).sum_and_norm(torch.cat([above, middle, below]), weight, bias, first, rows, eps, )
            def sum_and_norm(self: __torch__.M,
              sum: Tensor,
              weight: Tensor,
              bias: Tensor,
              first: int,
              rows: int,
              eps: float) -> Tensor:
              normed = torch.slice(sum, 0, first, torch.add(first, rows))
              return torch.cat([sum, torch.layer_norm(normed, [torch.size(sum, -1)], weight, bias, eps)])
            def add_bias(self: __torch__.M,
              x: Tensor,
              residual: Tensor,
              bias: Tensor) -> Tensor:
              return torch.add(torch.add(x, residual), torch.reshape(bias, [1, -1, 1, 1]))
            def layer_norm(self: __torch__.M,
              x: Tensor,
              weight: Tensor,
              bias: Tensor,
              eps: float) -> Tensor:
              return torch.layer_norm(x, [torch.size(x, -1)], weight, bias, eps)
            def bias(self: __torch__.M,
              x: Tensor,
              bias: Tensor) -> Tensor:
              return torch.add(x, torch.reshape(bias, [1, -1, 1, 1]))
            def interleave(self: __torch__.M,
              phases: Tensor,
              bias: Tensor) -> Tensor:
              h = torch.sub(torch.size(phases, 2), 1)
              w = torch.sub(torch.size(phases, 3), 1)
              p0, p1, p2, p3 = torch.chunk(phases, 4, 1)
              q0 = torch.slice(torch.slice(p0, 2, 0, h), 3, 0, w)
              q1 = torch.slice(torch.slice(p1, 2, 0, h), 3, 1)
              q2 = torch.slice(torch.slice(p2, 2, 1), 3, 0, w)
              q3 = torch.slice(torch.slice(p3, 2, 1), 3, 1)
              stacked = torch.stack([torch.stack([q0, q1], -1), torch.stack([q2, q3], -1)], 3)
              image = torch.flatten(torch.flatten(stacked, 4, 5), 2, 3)
              return torch.add(image, torch.reshape(bias, [1, -1, 1, 1]))
            def geglu(self: __torch__.M,
              x: Tensor) -> Tensor:
              value, gate = torch.chunk(x, 2, -1)
              return torch.contiguous(torch.mul(value, torch.gelu(gate)))
            def linear_geglu(self: __torch__.M,
              x: Tensor,
              weight: Tensor,
              bias: Tensor) -> Tensor:
              product = torch.linear(torch.to(x, 6), torch.to(weight, 6), torch.to(bias, 6))
              return torch.type_as((self).geglu(product, ), x)
            def attention(self: __torch__.M,
              q: Tensor,
              k: Tensor,
              v: Tensor,
              scale: float) -> Tensor:
              result = torch.scaled_dot_product_attention(q, k, v, None, 0., False, scale=scale)
              return torch.permute(torch.contiguous(torch.permute(result, [0, 2, 1, 3])), [0, 2, 1, 3])
            def conv(self: __torch__.M,
              x: Tensor,
              weight: Tensor,
              padding: int) -> Tensor:
              return torch.conv2d(x, weight, None, [1, 1], [padding, padding], [1, 1], 1)
            def biased_conv(self: __torch__.M,
              x: Tensor,
              weight: Tensor,
              bias: Tensor,
              padding: int) -> Tensor:
              return torch.conv2d(x, weight, bias, [1, 1], [padding, padding], [1, 1], 1)
            def conv_residual(self: __torch__.M,
              x: Tensor,
              weight: Tensor,
              residual: Tensor,
              padding: int) -> Tensor:
              return torch.add((self).conv(x, weight, padding, ), residual)
            def biased_conv_residual(self: __torch__.M,
              x: Tensor,
              weight: Tensor,
              bias: Tensor,
              residual: Tensor,
              padding: int) -> Tensor:
              return torch.add((self).biased_conv(x, weight, bias, padding, ), residual)
            def doubling_conv(self: __torch__.M,
              x: Tensor,
              weight: Tensor,
              bias: Tensor) -> Tensor:
              return (self).interleave((self).conv(x, weight, 1, ), bias, )
            def product(self: __torch__.M,
              x: Tensor,
              weight: Tensor) -> Tensor:
              return torch.linear(x, weight, None)
            def linear(self: __torch__.M,
              x: Tensor,
              weight: Tensor,
              bias: Tensor) -> Tensor:
              return torch.linear(x, weight, bias)
            def residual_linear(self: __torch__.M,
              x: Tensor,
              weight: Tensor,
              bias: Tensor,
              residual: Tensor) -> Tensor:
              return torch.contiguous(torch.add(torch.linear(x, weight, bias), residual))
            """;

    private final ScriptModule module =
            ScriptModule.load(TorchScriptArchive.ofMethods(SOURCE), NDManager.newBaseManager(Device.cpu(), "PyTorch"));

    NDArray groupNorm(OperatorArguments arguments, NDManager scope) {
        return norm("group_norm", arguments, 3, scope);
    }

    NDArray shiftedGroupNorm(OperatorArguments arguments, NDManager scope) {
        return norm("shifted_group_norm", arguments, 4, scope);
    }

    NDArray concatGroupNorm(OperatorArguments arguments, NDManager scope) {
        return norm("concat_group_norm", arguments, 4, scope);
    }

    private NDArray norm(String method, OperatorArguments arguments, int tensors, NDManager scope) {
        GroupNormOptions options = new GroupNormOptions(arguments, tensors);
        List<IValue> values = tensors(arguments, tensors);
        values.add(IValue.from((long) options.groups()));
        values.add(IValue.from(options.eps()));
        values.add(IValue.from(options.silu()));
        return call(method, values, scope);
    }

    NDArray addLayerNorm(OperatorArguments arguments, NDManager scope) {
        return normOfSum("add_layer_norm", arguments, 4, 6, scope);
    }

    NDArray paddedAddLayerNorm(OperatorArguments arguments, NDManager scope) {
        return normOfSum("padded_add_layer_norm", arguments, 5, 8, scope);
    }

    /** Behind the tensors are rows, and at last eps. */
    private NDArray normOfSum(String method, OperatorArguments arguments, int tensors, int eps, NDManager scope) {
        List<IValue> values = tensors(arguments, tensors);
        for (int i = tensors; i < eps; i++) {
            values.add(IValue.from(arguments.integer(i)));
        }
        values.add(IValue.from(arguments.number(eps)));
        return call(method, values, scope);
    }

    NDArray addBias(OperatorArguments arguments, NDManager scope) {
        return call("add_bias", tensors(arguments, 3), scope);
    }

    NDArray layerNorm(OperatorArguments arguments, NDManager scope) {
        List<IValue> values = tensors(arguments, 3);
        values.add(IValue.from(arguments.number(3)));
        return call("layer_norm", values, scope);
    }

    NDArray bias(OperatorArguments arguments, NDManager scope) {
        return call("bias", tensors(arguments, 2), scope);
    }

    NDArray interleave(OperatorArguments arguments, NDManager scope) {
        return call("interleave", tensors(arguments, 2), scope);
    }

    NDArray geglu(OperatorArguments arguments, NDManager scope) {
        return call("geglu", tensors(arguments, 1), scope);
    }

    NDArray linearGeglu(OperatorArguments arguments, NDManager scope) {
        return call("linear_geglu", tensors(arguments, 3), scope);
    }

    /**
     * One of the convolutions.
     *
     * @param name the operator
     */
    NDArray convolution(String name, OperatorArguments arguments, int tensors, NDManager scope) {
        List<IValue> values = tensors(arguments, tensors);
        values.add(IValue.from(arguments.integer(tensors)));
        return TensorMemory.channelsLast(call(name, values, scope), scope);
    }

    NDArray doublingConv(OperatorArguments arguments, NDManager scope) {
        return TensorMemory.channelsLast(call("doubling_conv", tensors(arguments, 3), scope), scope);
    }

    NDArray product(OperatorArguments arguments, NDManager scope) {
        return call("product", tensors(arguments, 2), scope);
    }

    NDArray linear(OperatorArguments arguments, NDManager scope) {
        return call("linear", tensors(arguments, 3), scope);
    }

    NDArray residualLinear(OperatorArguments arguments, NDManager scope) {
        return call("residual_linear", tensors(arguments, 4), scope);
    }

    NDArray attention(OperatorArguments arguments, NDManager scope) {
        List<IValue> values = tensors(arguments, 3);
        values.add(IValue.from(arguments.number(3)));
        return call("attention", values, scope);
    }

    private NDArray call(String method, List<IValue> values, NDManager scope) {
        try {
            return module.call(method, scope, values.toArray(new IValue[0])).singletonOrThrow();
        } finally {
            values.forEach(IValue::close);
        }
    }

    private static List<IValue> tensors(OperatorArguments arguments, int count) {
        List<IValue> values = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            values.add(IValue.from((PtNDArray) arguments.tensor(i)));
        }
        return values;
    }
}
