package org.diffusionjmh.libtorch;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import com.sun.jna.Callback;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.PointerByReference;
import java.util.ArrayList;
import java.util.List;

/**
 * Operators that libtorch calls back into Java for: TorchScript programs call them as {@code ops.NAMESPACE.NAME(...)}. A call costs some
 * 25 us more than one of libtorch's own, so they pay where calls are captured as a CUDA graph.
 *
 * <p>libtorch knows what is registered as long as the process lives, so this is never closed, and has to be kept reachable.
 */
public final class OperatorLibrary {
    private static final String FILE = OperatorLibrary.class.getSimpleName() + ".java";

    private final NDManager manager;
    private final String namespace;
    private final Pointer fragment;
    private final List<Callback> callbacks = new ArrayList<>();

    /**
     * @param namespace the operators' first name
     */
    public OperatorLibrary(String namespace) {
        this.namespace = namespace;
        this.manager = NDManager.newBaseManager(Device.cpu(), "PyTorch");
        PointerByReference library = new PointerByReference();
        LibTorch.get().call("aoti_torch_library_init_fragment", namespace, FILE, 0, library);
        fragment = library.getValue();
    }

    /** Devices that an operator can be implemented for, by libtorch's names of them. */
    public enum Backend {
        CPU,
        CUDA
    }

    /** What an operator does. */
    @FunctionalInterface
    public interface Operator {
        /**
         * @param arguments in the order of the schema; its tensors are closed after the call
         * @param scope on the arguments' device; closed after the call with all that it owns, but the result's data lives on
         */
        NDArray call(OperatorArguments arguments, NDManager scope);
    }

    /** {@code void (StableIValue* stack, uint64_t num_arguments, uint64_t num_outputs)}. */
    interface BoxedKernel extends Callback {
        /** Called by libtorch through JNA, which finds it by being the only method. */
        void invoke(Pointer stack, long arguments, long results);
    }

    /**
     * Adds an operator with one result.
     *
     * @param schema its declaration, for example {@code twice(Tensor x) -> Tensor}
     */
    public void define(String schema) {
        LibTorch.get().call("aoti_torch_library_def", fragment, schema);
    }

    /**
     * Implements an operator.
     *
     * @param name its name in the schema
     * @param tensors how many arguments, at the front, are tensors; the others are numbers
     */
    public void implement(String name, Backend backend, int tensors, Operator operator) {
        PointerByReference library = new PointerByReference();
        LibTorch.get().call("aoti_torch_library_init_impl", namespace, backend.name(), FILE, 0, library);
        BoxedKernel kernel = (stack, arguments, results) ->
                stack.setLong(0, Pointer.nativeValue(call(name, operator, new OperatorArguments(stack, tensors))));
        callbacks.add(kernel);
        LibTorch.get().call("aoti_torch_library_impl", library.getValue(), name, kernel);
    }

    /** The result's handle, which libtorch takes over as it handed over those of the arguments. */
    @SuppressWarnings("IllegalCatch") // nothing may be thrown through libtorch
    private Pointer call(String name, Operator operator, OperatorArguments arguments) {
        PointerByReference result = new PointerByReference();
        try (NDManager scope = arguments.adopt(manager)) {
            NDArray value = operator.call(arguments, scope);
            LibTorch.get().call("aoti_torch_new_tensor_handle", TensorMemory.pointer(value), result);
        } catch (RuntimeException | Error e) {
            OperatorFailure.put(new OperatorFailure(namespace + "::" + name, e));
            LibTorch.get().call("aoti_torch_new_uninitialized_tensor", result); // whatever takes this fails
        }
        return result.getValue();
    }
}
