package org.diffusionjmh.tokenizer;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Reads one message in protobuf's wire format, field by field: {@link #next}, then the value, or {@link #skip}. */
final class ProtobufReader {
    private static final int VARINT = 0;
    private static final int FIXED64 = 1;
    private static final int LENGTH_DELIMITED = 2;
    private static final int FIXED32 = 5;

    private final Path file;
    private final ByteBuffer bytes;
    private final int start;
    private int wireType;

    ProtobufReader(Path file, byte[] message) {
        this(file, ByteBuffer.wrap(message), 0);
    }

    private ProtobufReader(Path file, ByteBuffer bytes, int start) {
        this.file = file;
        this.bytes = bytes.order(ByteOrder.LITTLE_ENDIAN);
        this.start = start;
    }

    /** The number of the next field, or 0 at the end of the message. */
    int next() throws TokenizerFileException {
        if (!bytes.hasRemaining()) {
            return 0;
        }
        // A field's key is its number and, in the lowest three bits, how its value is written.
        long key = varint();
        wireType = (int) (key & 7);
        long field = key >>> 3;
        if (field < 1 || field >= 1 << 29) {
            throw error("field number " + field);
        }
        return (int) field;
    }

    long integer() throws TokenizerFileException {
        expect(VARINT, "an integer");
        return varint();
    }

    float float32() throws TokenizerFileException {
        expect(FIXED32, "a float");
        try {
            return bytes.getFloat();
        } catch (BufferUnderflowException e) {
            throw error("the file ends inside a float");
        }
    }

    ProtobufReader message() throws TokenizerFileException {
        ByteBuffer value = delimited();
        return new ProtobufReader(file, value, start + bytes.position() - value.limit());
    }

    String string() throws TokenizerFileException {
        return StandardCharsets.UTF_8.decode(delimited()).toString();
    }

    byte[] byteString() throws TokenizerFileException {
        ByteBuffer value = delimited();
        byte[] copy = new byte[value.remaining()];
        value.get(copy);
        return copy;
    }

    void skip() throws TokenizerFileException {
        switch (wireType) {
            case VARINT -> varint();
            case FIXED64 -> take(Long.BYTES);
            case LENGTH_DELIMITED -> delimited();
            case FIXED32 -> take(Integer.BYTES);
            default -> throw error("wire type " + wireType);
        }
    }

    private ByteBuffer delimited() throws TokenizerFileException {
        expect(LENGTH_DELIMITED, "a string or message");
        return take(varint());
    }

    private ByteBuffer take(long length) throws TokenizerFileException {
        if (length < 0 || length > bytes.remaining()) {
            throw error("a value of " + length + " bytes, but only " + bytes.remaining() + " are left");
        }
        ByteBuffer value = bytes.slice(bytes.position(), (int) length);
        bytes.position(bytes.position() + (int) length);
        return value;
    }

    private long varint() throws TokenizerFileException {
        long value = 0;
        for (int shift = 0; shift < Long.SIZE; shift += 7) {
            if (!bytes.hasRemaining()) {
                throw error("the file ends inside an integer");
            }
            byte next = bytes.get();
            value |= (next & 0x7FL) << shift;
            if (next >= 0) {
                return value;
            }
        }
        throw error("an integer longer than 64 bits");
    }

    private void expect(int type, String what) throws TokenizerFileException {
        if (wireType != type) {
            throw error("wire type " + wireType + ", want " + what);
        }
    }

    private TokenizerFileException error(String found) {
        return new TokenizerFileException(
                file, "not a sentencepiece model: " + found + " at byte " + (start + bytes.position()));
    }
}
