package org.diffusionjmh.torchscript;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads what libtorch's pickler writes of plain values (Python's pickle protocol 2): {@code Map}, {@code List} for lists and tuples,
 * {@code String}, {@code Long}, {@code Double}, {@code Boolean}, and null. It knows no classes, so it makes no objects of any.
 */
public final class PickleReader {
    private static final int PROTOCOL = 0x80;
    private static final int TUPLE1 = 0x85;
    private static final int TUPLE2 = 0x86;
    private static final int TUPLE3 = 0x87;
    private static final int NEW_TRUE = 0x88;
    private static final int NEW_FALSE = 0x89;
    private static final int LONG1 = 0x8a;

    private final ByteBuffer bytes;
    private final List<Object> stack = new ArrayList<>();
    private final Deque<Integer> marks = new ArrayDeque<>();
    private final Map<Integer, Object> memo = new HashMap<>();

    private PickleReader(byte[] pickle) {
        bytes = ByteBuffer.wrap(pickle).order(ByteOrder.LITTLE_ENDIAN);
    }

    /**
     * The value that a pickle holds.
     *
     * @throws IllegalArgumentException if it holds others than plain values, or is cut off; says at which byte
     */
    public static Object read(byte[] pickle) {
        PickleReader reader = new PickleReader(pickle);
        try {
            return reader.value();
        } catch (BufferUnderflowException | IndexOutOfBoundsException | ClassCastException e) {
            throw new IllegalArgumentException("the pickle is broken at byte " + reader.bytes.position(), e);
        }
    }

    private Object value() {
        for (int opcode = unsignedByte(); opcode != '.'; opcode = unsignedByte()) {
            execute(opcode);
        }
        return pop();
    }

    private void execute(int opcode) {
        switch (opcode) {
            case PROTOCOL -> bytes.get();
            case '(' -> marks.push(stack.size());
            case 'N' -> stack.add(null);
            case NEW_TRUE -> stack.add(true);
            case NEW_FALSE -> stack.add(false);
            case 'K' -> stack.add((long) unsignedByte());
            case 'M' -> stack.add((long) Short.toUnsignedInt(bytes.getShort()));
            case 'J' -> stack.add((long) bytes.getInt());
            case LONG1 -> stack.add(longOf(unsignedByte()));
            case 'G' -> stack.add(bigEndianDouble());
            case 'X' -> stack.add(text(bytes.getInt()));
            case '}' -> stack.add(new LinkedHashMap<Object, Object>());
            case ']', ')' -> stack.add(new ArrayList<Object>());
            case 'u' -> putAll(sinceMark());
            case 'e' -> addAll(sinceMark());
            case 't' -> stack.add(sinceMark());
            case TUPLE1 -> stack.add(last(1));
            case TUPLE2 -> stack.add(last(2));
            case TUPLE3 -> stack.add(last(3));
            case 'q' -> memo.put(unsignedByte(), top());
            case 'r' -> memo.put(bytes.getInt(), top());
            case 'h' -> stack.add(memo.get(unsignedByte()));
            case 'j' -> stack.add(memo.get(bytes.getInt()));
            default ->
                throw new IllegalArgumentException(String.format(
                        "the pickle has opcode 0x%02x at byte %d, which no plain value needs",
                        opcode, bytes.position() - 1));
        }
    }

    private int unsignedByte() {
        return Byte.toUnsignedInt(bytes.get());
    }

    /** A whole number of up to 8 bytes, in two's complement. */
    private long longOf(int length) {
        if (length > Long.BYTES) {
            throw new IllegalArgumentException("the pickle has a number of " + length + " bytes, want 8 at most");
        }
        long value = 0;
        for (int i = 0; i < length; i++) {
            value |= (long) unsignedByte() << (Byte.SIZE * i);
        }
        int unused = Long.SIZE - Byte.SIZE * length;
        return length == 0 ? 0 : value << unused >> unused;
    }

    private double bigEndianDouble() {
        return Double.longBitsToDouble(Long.reverseBytes(bytes.getLong()));
    }

    private String text(int length) {
        if (length < 0 || length > bytes.remaining()) {
            throw new BufferUnderflowException();
        }
        byte[] text = new byte[length];
        bytes.get(text);
        return new String(text, StandardCharsets.UTF_8);
    }

    private Object top() {
        return stack.get(stack.size() - 1);
    }

    private Object pop() {
        return stack.remove(stack.size() - 1);
    }

    private List<Object> last(int count) {
        List<Object> items = stack.subList(stack.size() - count, stack.size());
        List<Object> taken = new ArrayList<>(items);
        items.clear();
        return taken;
    }

    private List<Object> sinceMark() {
        Integer mark = marks.poll();
        if (mark == null) {
            throw new IndexOutOfBoundsException("no mark");
        }
        return last(stack.size() - mark);
    }

    @SuppressWarnings("unchecked")
    private void addAll(List<Object> items) {
        ((List<Object>) top()).addAll(items);
    }

    @SuppressWarnings("unchecked")
    private void putAll(List<Object> keysAndValues) {
        for (int i = 0; i < keysAndValues.size(); i += 2) {
            ((Map<Object, Object>) top()).put(keysAndValues.get(i), keysAndValues.get(i + 1));
        }
    }
}
