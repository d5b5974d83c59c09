package org.diffusionjmh.weights;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.stream.JsonWriter;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.diffusionjmh.libtorch.TensorMemory;

/**
 * Writes a safetensors file, one tensor at a time and in any order. The file appears under its name when {@link #commit} has all of it;
 * until then it is a temporary file in the same folder, which {@link #close} removes.
 */
public final class SafetensorsWriter implements AutoCloseable {
    /** The start of the data is a multiple of it, so that mapped tensors are aligned for vector loads. */
    private static final int ALIGNMENT = 64;

    private static final int PART_BYTES = 1 << 26;
    private static final Map<String, String> METADATA = Map.of("format", "pt"); // transformers refuses files without it

    private final Path file;
    private final Path temporary;
    private final FileChannel channel;
    private final SafetensorsHeader header;
    private final Set<String> written = new HashSet<>();

    private SafetensorsWriter(Path file, Path temporary, FileChannel channel, SafetensorsHeader header) {
        this.file = file;
        this.temporary = temporary;
        this.channel = channel;
        this.header = header;
    }

    /**
     * Begins a file.
     *
     * @param file its path; a file that is there already is replaced at the end
     * @param tensors type and shape of every tensor the file is to have
     * @throws IOException if the folder cannot be written to
     */
    public static SafetensorsWriter create(Path file, Map<String, TensorInfo> tensors) throws IOException {
        Map<String, SafetensorsHeader.Entry> entries = layOut(tensors);
        byte[] json = json(entries);
        if (json.length > SafetensorsHeader.MAX_HEADER_BYTES) {
            throw new IllegalArgumentException(file + ": a header of " + json.length + " bytes for " + tensors.size()
                    + " tensors, the format's limit is " + SafetensorsHeader.MAX_HEADER_BYTES);
        }
        Path temporary = file.resolveSibling(file.getFileName() + "." + UUID.randomUUID() + ".part");
        FileChannel channel = FileChannel.open(temporary, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW);
        SafetensorsWriter writer = new SafetensorsWriter(
                file, temporary, channel, new SafetensorsHeader(Long.BYTES + json.length, METADATA, entries));
        try {
            ByteBuffer start = ByteBuffer.allocate(Long.BYTES + json.length).order(ByteOrder.LITTLE_ENDIAN);
            writer.write(start.putLong(json.length).put(json).flip(), 0);
            return writer;
        } catch (IOException e) {
            writer.close();
            throw e;
        }
    }

    /** Wide types first, as the reference writer does: every tensor is then aligned for its type. */
    private static Map<String, SafetensorsHeader.Entry> layOut(Map<String, TensorInfo> tensors) {
        Comparator<Map.Entry<String, TensorInfo>> wideFirst =
                Comparator.comparingInt(tensor -> -tensor.getValue().dtype().bits());
        List<Map.Entry<String, TensorInfo>> sorted = tensors.entrySet().stream()
                .sorted(wideFirst.thenComparing(Map.Entry.comparingByKey()))
                .toList();
        Map<String, SafetensorsHeader.Entry> entries = new LinkedHashMap<>();
        long begin = 0;
        for (Map.Entry<String, TensorInfo> tensor : sorted) {
            long end = Math.addExact(begin, tensor.getValue().bytes());
            entries.put(tensor.getKey(), new SafetensorsHeader.Entry(tensor.getValue(), begin, end));
            begin = end;
        }
        return entries;
    }

    private static byte[] json(Map<String, SafetensorsHeader.Entry> entries) throws IOException {
        StringWriter text = new StringWriter();
        Gson gson = new GsonBuilder().disableHtmlEscaping().create();
        try (JsonWriter writer = gson.newJsonWriter(text)) {
            writer.beginObject();
            writer.name(HeaderParser.METADATA).jsonValue(gson.toJson(METADATA));
            for (Map.Entry<String, SafetensorsHeader.Entry> tensor : entries.entrySet()) {
                SafetensorsHeader.Entry entry = tensor.getValue();
                writer.name(tensor.getKey()).beginObject();
                writer.name("dtype").value(entry.info().dtype().name());
                writer.name("shape").jsonValue(gson.toJson(entry.info().shape().getShape()));
                writer.name("data_offsets").jsonValue(gson.toJson(new long[] {entry.begin(), entry.end()}));
                writer.endObject();
            }
            writer.endObject();
        }
        int bytes = text.toString().getBytes(StandardCharsets.UTF_8).length;
        text.append(" ".repeat(Math.floorMod(-(Long.BYTES + bytes), ALIGNMENT)));
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    /**
     * Writes a tensor of the type and shape that were announced.
     *
     * @param tensor on any device
     * @throws IllegalArgumentException if it is not one that was announced, or was written before
     */
    public void write(String name, NDArray tensor) throws IOException {
        SafetensorsHeader.Entry entry = header.tensors().get(name);
        TensorInfo found = new TensorInfo(Dtype.of(TensorMemory.type(tensor)), tensor.getShape());
        if (entry == null || !found.equals(entry.info())) {
            throw new IllegalArgumentException(file + ": tensor '" + name + "' is " + found + ", announced was "
                    + (entry == null ? "none of this name" : entry.info()));
        }
        if (!written.add(name)) {
            throw new IllegalArgumentException(file + ": tensor '" + name + "' was written before");
        }
        try (NDManager host = tensor.getManager().newSubManager(Device.cpu());
                NDArray contiguous = TensorMemory.copy(tensor, TensorMemory.type(tensor), host)) {
            long position = header.dataStart() + entry.begin();
            for (ByteBuffer part : (Iterable<ByteBuffer>) TensorMemory.bytes(contiguous, PART_BYTES)::iterator) {
                int bytes = part.remaining();
                write(part, position);
                position += bytes;
            }
        }
    }

    private void write(ByteBuffer bytes, long position) throws IOException {
        long start = position - bytes.position();
        while (bytes.hasRemaining()) {
            channel.write(bytes, start + bytes.position());
        }
    }

    /**
     * Puts the finished file in its place.
     *
     * @throws IllegalStateException if a tensor that was announced is missing
     */
    public void commit() throws IOException {
        Set<String> missing = new TreeSet<>(header.tensors().keySet());
        missing.removeAll(written);
        if (!missing.isEmpty()) {
            throw new IllegalStateException(file + ": not written yet: " + missing);
        }
        channel.close();
        try {
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(temporary, file, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
        Files.deleteIfExists(temporary);
    }
}
