package org.diffusionjmh.libtorch;

import com.sun.jna.Pointer;
import com.sun.jna.Structure;
import java.util.Arrays;

/**
 * A {@code std::string} of libstdc++'s C++11 ABI, returned by value. Its layout is part of that ABI, which functions that return one say
 * in their mangled names.
 */
@Structure.FieldOrder({"text", "length", "room"})
public final class StandardString extends Structure implements Structure.ByValue {
    private static final int ROOM_BYTES = 16;

    /** Where the text stands: in {@link #room}, or in memory that whoever has the string frees. */
    public Pointer text;

    /** Bytes of the text. */
    public long length;

    /** Holds texts that fit in with a closing zero. */
    public byte[] room = new byte[ROOM_BYTES];

    /** Called by JNA. */
    public StandardString() {}

    boolean ownsMemory() {
        return length >= ROOM_BYTES;
    }

    byte[] bytes() {
        return ownsMemory() ? text.getByteArray(0, Math.toIntExact(length)) : Arrays.copyOf(room, (int) length);
    }
}
