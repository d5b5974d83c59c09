package org.diffusionjmh.weights;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.diffusionjmh.libtorch.ScalarType;
import org.diffusionjmh.libtorch.TensorMemory;

/**
 * One safetensors file, mapped into memory.
 *
 * <p>The file owns its mapping, and a tensor may stand on it. {@link #close} closes these tensors before it unmaps, so that using one
 * later is an exception; a module or a view that shares such a tensor's storage must be closed before the file.
 */
public final class SafetensorsFile implements AutoCloseable {
    private final Path path;
    private final SafetensorsHeader header;
    private final List<MappedRegion> regions = new ArrayList<>();
    private final Map<String, ByteBuffer> data = new LinkedHashMap<>();
    private final List<PtNDArray> standing = new ArrayList<>();
    private boolean closed;

    private SafetensorsFile(Path path, SafetensorsHeader header) {
        this.path = path;
        this.header = header;
    }

    /**
     * Reads and checks a file's header and maps its data.
     *
     * @throws MalformedSafetensorsException if the file is not what the format allows
     * @throws IOException if it cannot be read
     */
    public static SafetensorsFile open(Path path) throws IOException {
        return open(path, MappedRegion.MAX_BYTES);
    }

    /** With another limit on the bytes that are mapped at once. */
    static SafetensorsFile open(Path path, long regionBytes) throws IOException {
        if (Files.isDirectory(path)) {
            throw new IOException(path + " is a folder, want a .safetensors file");
        }
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            SafetensorsFile file = new SafetensorsFile(path, SafetensorsHeader.read(path, channel));
            try {
                file.map(channel, regionBytes);
                return file;
            } catch (IOException | RuntimeException e) {
                file.close();
                throw e;
            }
        }
    }

    /** Maps consecutive tensors together, as many as fit into one region. */
    private void map(FileChannel channel, long regionBytes) throws IOException {
        Map<String, SafetensorsHeader.Entry> group = new LinkedHashMap<>();
        long begin = 0;
        long end = 0;
        for (Map.Entry<String, SafetensorsHeader.Entry> tensor :
                header.tensors().entrySet()) {
            SafetensorsHeader.Entry entry = tensor.getValue();
            if (entry.end() - begin > regionBytes) {
                mapGroup(channel, group, begin, end);
                group.clear();
                begin = entry.begin();
            }
            if (entry.end() - begin > regionBytes) {
                begin = entry.end(); // too large for any region: tensor(name) says so
            } else {
                group.put(tensor.getKey(), entry);
            }
            end = entry.end();
        }
        mapGroup(channel, group, begin, end);
    }

    private void mapGroup(FileChannel channel, Map<String, SafetensorsHeader.Entry> group, long begin, long end)
            throws IOException {
        if (begin == end) {
            group.keySet().forEach(name -> data.put(name, ByteBuffer.allocateDirect(0)));
            return;
        }
        MappedRegion region = MappedRegion.map(channel, header.dataStart() + begin, end - begin);
        regions.add(region);
        group.forEach(
                (name, entry) -> data.put(name, region.slice(entry.begin() - begin, entry.end() - entry.begin())));
    }

    public Path path() {
        return path;
    }

    /** The header's {@code __metadata__}; empty if there is none. */
    public Map<String, String> metadata() {
        return Collections.unmodifiableMap(header.metadata());
    }

    /** The tensors' names in the order of their data. */
    public Set<String> names() {
        return Collections.unmodifiableSet(header.tensors().keySet());
    }

    /**
     * Type and shape of a tensor.
     *
     * @throws IllegalArgumentException if there is no such tensor
     */
    public TensorInfo info(String name) {
        SafetensorsHeader.Entry entry = header.tensors().get(name);
        if (entry == null) {
            throw new IllegalArgumentException(path + ": no tensor '" + name + "'");
        }
        return entry.info();
    }

    /** The tensor's bytes in the mapping, little-endian. They must not be touched once the file is closed. */
    synchronized ByteBuffer bytes(String name) {
        if (closed) {
            throw new IllegalStateException(path + " is closed");
        }
        TensorInfo info = info(name);
        ByteBuffer bytes = data.get(name);
        if (bytes == null) {
            throw new UnsupportedOperationException(
                    path + ": tensor '" + name + "' is " + info + ", tensors of 2 GiB and more are not supported");
        }
        return bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    }

    /**
     * The tensor in its own type, on the CPU and on the mapping: nothing is copied, it must not be written to, and it ends with this
     * file.
     *
     * @param manager owner of the result
     * @throws IllegalArgumentException if there is no such tensor, or libtorch has no such type
     */
    public NDArray mapped(String name, NDManager manager) {
        return mapped(name, info(name).shape(), manager);
    }

    private synchronized NDArray mapped(String name, Shape shape, NDManager manager) {
        NDArray mapped = TensorMemory.wrap(bytes(name), scalarType(name), shape, manager);
        if (standing.size() > 2 * data.size()) { // loaded again and again
            standing.removeIf(PtNDArray::isReleased);
        }
        standing.add((PtNDArray) mapped);
        return mapped;
    }

    /**
     * Loads a tensor. On the CPU, and with the file's own type, it stands on the mapping, must not be written to and ends with this
     * file. Otherwise it is a copy: the file's bytes go to the device first and are converted there.
     *
     * @param name the tensor
     * @param shape its shape or another with as many elements
     * @param manager owner of the result, which is on its device
     * @param dtype type of the result
     * @throws IllegalArgumentException if there is no such tensor, or libtorch has no such type
     */
    public synchronized NDArray load(String name, Shape shape, NDManager manager, DataType dtype) {
        ScalarType stored = scalarType(name);
        ScalarType wanted = ScalarType.of(dtype);
        ByteBuffer bytes = bytes(name);
        boolean onCpu = manager.getDevice().equals(Device.cpu());
        if (onCpu && stored == wanted && bytes.alignmentOffset(0, stored.bytes()) == 0) {
            return mapped(name, shape, manager);
        }
        try (NDArray mapped = TensorMemory.wrap(bytes, stored, shape, manager)) {
            if (onCpu || stored == wanted) {
                return TensorMemory.copy(mapped, wanted, manager);
            }
            try (NDArray onDevice = TensorMemory.copy(mapped, stored, manager)) {
                return TensorMemory.copy(onDevice, wanted, manager);
            }
        }
    }

    private ScalarType scalarType(String name) {
        TensorInfo info = info(name);
        return info.dtype()
                .scalarType()
                .orElseThrow(() -> new IllegalArgumentException(path + ": tensor '" + name + "' is " + info
                        + ", a packed type that libtorch cannot compute with"));
    }

    /** Closes the tensors that stand on the mapping and unmaps the file. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        standing.stream().filter(tensor -> !tensor.isReleased()).forEach(PtNDArray::close);
        standing.clear();
        data.clear();
        regions.forEach(MappedRegion::close);
        regions.clear();
    }
}
