package org.diffusionjmh.weights;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The start of a safetensors file: u64 little-endian length of the header, then the header, JSON in UTF-8 padded with spaces; the data
 * of the tensors follows.
 *
 * @param dataStart byte offset of the data in the file
 * @param metadata the {@code __metadata__} entry; empty if there is none
 * @param tensors the entries in the order of their data, which covers the rest of the file without holes or overlaps
 */
record SafetensorsHeader(long dataStart, Map<String, String> metadata, Map<String, Entry> tensors) {
    /** The format's own limit on the header. */
    static final long MAX_HEADER_BYTES = 100_000_000;

    /**
     * One tensor's entry.
     *
     * @param begin first byte, counted from the start of the data
     * @param end the byte after the last one
     */
    record Entry(TensorInfo info, long begin, long end) {}

    /**
     * Reads and checks the header of a file. Nothing is allocated before its length is known to be within the file.
     *
     * @throws MalformedSafetensorsException if it is not what the format allows
     */
    static SafetensorsHeader read(Path file, FileChannel channel) throws IOException {
        long fileBytes = channel.size();
        if (fileBytes < Long.BYTES) {
            throw MalformedSafetensorsException.at(
                    file, 0, "the file has " + fileBytes + " bytes, the length of the header alone takes 8");
        }
        ByteBuffer prefix = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        readFully(channel, prefix, 0);
        long headerBytes = prefix.flip().getLong();
        if (headerBytes < 0 || headerBytes > MAX_HEADER_BYTES) {
            throw MalformedSafetensorsException.at(
                    file,
                    0,
                    "header length " + Long.toUnsignedString(headerBytes) + ", the limit is " + MAX_HEADER_BYTES
                            + "; is this a safetensors file?");
        }
        if (headerBytes > fileBytes - Long.BYTES) {
            throw MalformedSafetensorsException.at(
                    file,
                    0,
                    "header length " + headerBytes + ", but the file has " + fileBytes
                            + " bytes; an interrupted download?");
        }
        ByteBuffer json = ByteBuffer.allocate((int) headerBytes);
        readFully(channel, json, Long.BYTES);
        HeaderParser parser = new HeaderParser(file, json.array());
        parser.parse();
        long dataStart = Long.BYTES + headerBytes;
        return new SafetensorsHeader(
                dataStart, parser.metadata(), inOrder(file, parser.tensors(), dataStart, fileBytes - dataStart));
    }

    private static void readFully(FileChannel channel, ByteBuffer target, long position) throws IOException {
        while (target.hasRemaining()) {
            if (channel.read(target, position + target.position()) < 0) {
                throw new EOFException("the file became shorter while it was read");
            }
        }
    }

    /** Sorts the entries by their data and checks that the data is covered exactly once. */
    private static Map<String, Entry> inOrder(Path file, Map<String, Entry> tensors, long dataStart, long dataBytes)
            throws MalformedSafetensorsException {
        Comparator<Map.Entry<String, Entry>> byData =
                Comparator.comparingLong(tensor -> tensor.getValue().begin());
        List<Map.Entry<String, Entry>> sorted = tensors.entrySet().stream()
                .sorted(byData.thenComparingLong(tensor -> tensor.getValue().end()))
                .toList();
        Map<String, Entry> ordered = new LinkedHashMap<>();
        long covered = 0;
        String previous = "the start of the data";
        for (Map.Entry<String, Entry> tensor : sorted) {
            Entry entry = tensor.getValue();
            if (entry.end() > dataBytes) {
                throw MalformedSafetensorsException.in(
                        file,
                        tensor.getKey(),
                        dataStart + entry.begin(),
                        "its data_offsets [" + entry.begin() + ", " + entry.end() + "] reach beyond the " + dataBytes
                                + " bytes of data; an interrupted download?");
            }
            if (entry.begin() != covered) {
                String difference = entry.begin() < covered
                        ? "its data overlaps " + previous + " by " + (covered - entry.begin()) + " bytes"
                        : entry.begin() - covered + " bytes between " + previous + " and its data belong to no tensor";
                throw MalformedSafetensorsException.in(file, tensor.getKey(), dataStart + entry.begin(), difference);
            }
            covered = entry.end();
            previous = "tensor '" + MalformedSafetensorsException.shortened(tensor.getKey()) + "'";
            ordered.put(tensor.getKey(), entry);
        }
        if (covered != dataBytes) {
            throw MalformedSafetensorsException.at(
                    file, dataStart + covered, dataBytes - covered + " bytes at the end belong to no tensor");
        }
        return ordered;
    }
}
