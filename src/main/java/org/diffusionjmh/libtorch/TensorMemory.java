package org.diffusionjmh.libtorch;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtDeviceType;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.PointerByReference;
import java.nio.ByteBuffer;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/** Tensors over memory that is not libtorch's, and copies of tensors of any {@link ScalarType}. */
public final class TensorMemory {
    private static final int MAP_DIMENSIONS = 4;

    private TensorMemory() {}

    /**
     * A CPU tensor that stands on the memory of a buffer, without a copy. It does not own the memory and does not keep the buffer
     * reachable: whoever owns the memory closes the tensor, and everything that shares its storage, before freeing it. A tensor on
     * read-only memory must not be written to.
     *
     * @param memory a direct buffer that holds exactly the tensor, row-major
     * @param manager owner of the returned array; its device does not matter
     */
    public static NDArray wrap(ByteBuffer memory, ScalarType type, Shape shape, NDManager manager) {
        long bytes = Math.multiplyExact(shape.size(), (long) type.bytes());
        if (!memory.isDirect() || memory.remaining() != bytes) {
            throw new IllegalArgumentException(
                    "a " + type + shape + " needs a direct buffer of " + bytes + " bytes, not " + memory.remaining());
        }
        PointerByReference handle = new PointerByReference();
        LibTorch.get()
                .call(
                        "aoti_torch_create_tensor_from_blob",
                        Native.getDirectBufferPointer(memory),
                        (long) shape.dimension(),
                        shape.getShape(),
                        contiguousStrides(shape),
                        0L,
                        type.code(),
                        PtDeviceType.toDeviceType(Device.cpu()),
                        0,
                        handle);
        return array(handle, manager);
    }

    /**
     * A contiguous copy of a tensor on the manager's device.
     *
     * <p>A conversion happens where the source is if the device changes as well: copy to the device first and convert there.
     *
     * @param type element type of the copy
     * @param manager owner of the copy
     */
    public static NDArray copy(NDArray source, ScalarType type, NDManager manager) {
        NDArray copy = empty(type, source.getShape(), manager);
        try {
            copyInto(copy, source);
            return copy;
        } catch (RuntimeException e) {
            copy.close();
            throw e;
        }
    }

    /**
     * A contiguous tensor on the manager's device whose elements are not set.
     *
     * @param manager owner of the tensor
     */
    public static NDArray empty(ScalarType type, Shape shape, NDManager manager) {
        return empty(type, shape, contiguousStrides(shape), manager);
    }

    /**
     * A tensor of another's type, shape and layout whose elements are not set.
     *
     * @param dense without gaps between its elements
     * @param manager owner of the tensor, of that one's device
     */
    public static NDArray emptyLike(NDArray dense, NDManager manager) {
        return empty(type(dense), dense.getShape(), strides(dense), manager);
    }

    /**
     * A feature map {@code [N, C, H, W]} with channels innermost whose elements are not set.
     *
     * @param manager owner of the tensor, and its device
     */
    public static NDArray emptyChannelsLast(ScalarType type, Shape shape, NDManager manager) {
        return empty(type, shape, channelsLastStrides(shape), manager);
    }

    /**
     * A tensor in place of one that a module computed, which libtorch lets nobody overwrite. It has the same elements and layout.
     *
     * @param dense without gaps; closed
     * @param manager owner of the result, of the tensor's device
     */
    public static NDArray writable(NDArray dense, NDManager manager) {
        NDArray copy = emptyLike(dense, manager);
        copyInto(copy, dense);
        dense.close();
        return copy;
    }

    private static NDArray empty(ScalarType type, Shape shape, long[] strides, NDManager manager) {
        Device device = manager.getDevice();
        PointerByReference handle = new PointerByReference();
        LibTorch.get()
                .call(
                        "aoti_torch_empty_strided",
                        (long) shape.dimension(),
                        shape.getShape(),
                        strides,
                        type.code(),
                        PtDeviceType.toDeviceType(device),
                        Math.max(0, device.getDeviceId()),
                        handle);
        return array(handle, manager);
    }

    /**
     * Overwrites a tensor's elements with those of another of its shape. What goes to a GPU is not waited for: elements on the host, which
     * are in pageable memory, have been read when this returns.
     */
    public static void copyInto(NDArray target, NDArray source) {
        int withoutWaiting = target.getDevice().isGpu() ? 1 : 0;
        LibTorch.get().call("aoti_torch_copy_", pointer(target), pointer(source), withoutWaiting);
    }

    /**
     * A tensor in another type on its own device, without waiting: a view where it has the type already, else a contiguous copy.
     *
     * @param type element type of the result
     * @param manager owner of the result, of the source's device
     */
    public static NDArray as(NDArray source, ScalarType type, NDManager manager) {
        if (type(source) != type) {
            return copy(source, type, manager);
        }
        NDArray view = source.reshape(source.getShape());
        view.attach(manager);
        return view;
    }

    /**
     * A row-major view of some of a tensor's elements.
     *
     * @param dense row-major, with no offset of its own
     * @param begin index of the view's first element among all of the tensor's
     * @param manager owner of the view, of the tensor's device
     * @throws IllegalArgumentException if the tensor ends before the view
     */
    public static NDArray view(NDArray dense, long begin, Shape shape, NDManager manager) {
        if (begin < 0 || begin + shape.size() > dense.getShape().size()) {
            throw new IllegalArgumentException("no view " + shape + " at element " + begin + " of " + dense.getShape());
        }
        PointerByReference handle = new PointerByReference();
        LibTorch.get()
                .call(
                        "aoti_torch__reinterpret_tensor",
                        pointer(dense),
                        (long) shape.dimension(),
                        shape.getShape(),
                        contiguousStrides(shape),
                        begin,
                        handle);
        return array(handle, manager);
    }

    /**
     * Zeros of a tensor's type and shape.
     *
     * @param manager owner of the result, of the tensor's device
     */
    public static NDArray zerosLike(NDArray tensor, NDManager manager) {
        try (NDArray zeros = manager.zeros(tensor.getShape())) {
            return copy(zeros, type(tensor), manager);
        }
    }

    /** A tensor's element type, of which DJL knows only some. */
    public static ScalarType type(NDArray tensor) {
        IntByReference code = new IntByReference();
        LibTorch.get().call("aoti_torch_get_dtype", pointer(tensor), code);
        return ScalarType.of(code.getValue());
    }

    /**
     * The bytes of a contiguous CPU tensor, row-major and in parts of at most {@code partBytes}. They are the tensor's own memory: to be
     * read only, and only while it is open.
     */
    public static Stream<ByteBuffer> bytes(NDArray tensor, int partBytes) {
        if (!tensor.getDevice().equals(Device.cpu())) {
            throw new IllegalArgumentException("the tensor is on " + tensor.getDevice() + ", want the CPU");
        }
        long bytes =
                Math.multiplyExact(tensor.getShape().size(), (long) type(tensor).bytes());
        Pointer start = new Pointer(address(tensor));
        return LongStream.iterate(0, begin -> begin < bytes, begin -> begin + partBytes)
                .mapToObj(begin -> start.getByteBuffer(begin, Math.min(partBytes, bytes - begin)));
    }

    /** The address of a tensor's first element. */
    public static long address(NDArray tensor) {
        PointerByReference address = new PointerByReference();
        LibTorch.get().call("aoti_torch_get_data_ptr", pointer(tensor), address);
        return Pointer.nativeValue(address.getValue());
    }

    /**
     * A tensor with its elements row-major and without gaps: itself, or a copy.
     *
     * @param manager owner of the copy, of the tensor's device
     */
    public static NDArray contiguous(NDArray tensor, NDManager manager) {
        return isContiguous(tensor) ? tensor : copy(tensor, type(tensor), manager);
    }

    /**
     * A feature map {@code [N, C, H, W]} with channels innermost and without gaps: itself, or a copy.
     *
     * @param manager owner of the copy, of the tensor's device
     */
    public static NDArray channelsLast(NDArray tensor, NDManager manager) {
        if (isChannelsLast(tensor)) {
            return tensor;
        }
        NDArray copy = emptyChannelsLast(type(tensor), tensor.getShape(), manager);
        copyInto(copy, tensor);
        return copy;
    }

    /** Whether a tensor is a feature map {@code [N, C, H, W]} with channels innermost and without gaps. */
    public static boolean isChannelsLast(NDArray tensor) {
        Shape shape = tensor.getShape();
        return shape.dimension() == MAP_DIMENSIONS && hasStrides(tensor, channelsLastStrides(shape));
    }

    /** Whether a tensor has no gaps and none of its elements twice, in whatever order they lie. */
    public static boolean isDense(NDArray tensor) {
        long[] strides = strides(tensor);
        long[] sizes = tensor.getShape().getShape();
        long expected = 1;
        List<Integer> dimensions = IntStream.range(0, sizes.length)
                .filter(i -> sizes[i] > 1)
                .boxed()
                .sorted(Comparator.comparingLong(i -> strides[i]))
                .toList();
        for (int dimension : dimensions) {
            if (strides[dimension] != expected) {
                return false;
            }
            expected *= sizes[dimension];
        }
        return true;
    }

    private static boolean isContiguous(NDArray tensor) {
        return hasStrides(tensor, contiguousStrides(tensor.getShape()));
    }

    /** Strides of dimensions of size 1 do not matter. */
    private static boolean hasStrides(NDArray tensor, long[] wanted) {
        Shape shape = tensor.getShape();
        long[] strides = strides(tensor);
        return IntStream.range(0, strides.length).allMatch(i -> shape.get(i) <= 1 || strides[i] == wanted[i]);
    }

    /** Elements from one index to the next, by dimension. */
    public static long[] strides(NDArray tensor) {
        int dimensions = tensor.getShape().dimension();
        if (dimensions == 0) {
            return new long[0];
        }
        PointerByReference values = new PointerByReference();
        LibTorch.get().call("aoti_torch_get_strides", pointer(tensor), values);
        return values.getValue().getLongArray(0, dimensions);
    }

    static Pointer pointer(NDArray tensor) {
        return new Pointer(((PtNDArray) tensor).getHandle());
    }

    private static NDArray array(PointerByReference handle, NDManager manager) {
        return new PtNDArray((PtNDManager) manager, Pointer.nativeValue(handle.getValue()));
    }

    private static long[] channelsLastStrides(Shape shape) {
        long channels = Math.max(1, shape.get(1));
        long row = channels * Math.max(1, shape.get(3));
        return new long[] {row * Math.max(1, shape.get(2)), 1, row, channels};
    }

    private static long[] contiguousStrides(Shape shape) {
        long[] strides = new long[shape.dimension()];
        long stride = 1;
        for (int i = strides.length - 1; i >= 0; i--) {
            strides[i] = stride;
            stride *= Math.max(1, shape.get(i));
        }
        return strides;
    }
}
