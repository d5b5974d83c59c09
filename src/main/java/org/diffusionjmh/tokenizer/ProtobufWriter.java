package org.diffusionjmh.tokenizer;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Writes one message in protobuf's wire format, field by field. */
final class ProtobufWriter {
    private static final int VARINT = 0;
    private static final int LENGTH_DELIMITED = 2;
    private static final int FIXED32 = 5;

    private final ByteArrayOutputStream message = new ByteArrayOutputStream();

    /** An integer; negative ones take ten bytes. */
    ProtobufWriter integer(int field, long value) {
        key(field, VARINT);
        varint(value);
        return this;
    }

    ProtobufWriter float32(int field, float value) {
        key(field, FIXED32);
        int bits = Float.floatToIntBits(value);
        for (int shift = 0; shift < Integer.SIZE; shift += Byte.SIZE) {
            message.write(bits >>> shift);
        }
        return this;
    }

    ProtobufWriter string(int field, String value) {
        return bytes(field, value.getBytes(StandardCharsets.UTF_8));
    }

    ProtobufWriter message(int field, ProtobufWriter value) {
        return bytes(field, value.toByteArray());
    }

    byte[] toByteArray() {
        return message.toByteArray();
    }

    ProtobufWriter bytes(int field, byte[] content) {
        key(field, LENGTH_DELIMITED);
        varint(content.length);
        message.writeBytes(content);
        return this;
    }

    /** A field's key is its number and, in the lowest three bits, how its value is written. */
    private void key(int field, int wireType) {
        varint(((long) field << 3) | wireType);
    }

    /** Seven bits a byte, the lowest first; the eighth says that more follow. */
    private void varint(long value) {
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            message.write((int) ((rest & 0x7f) | 0x80));
            rest >>>= 7;
        }
        message.write((int) rest);
    }
}
