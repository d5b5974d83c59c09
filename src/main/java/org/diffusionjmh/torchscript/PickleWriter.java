package org.diffusionjmh.torchscript;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** The few opcodes of Python's pickle protocol 2 that a module's state needs. */
final class PickleWriter {
    private static final int PROTO = 0x80;
    private static final int NEWOBJ = 0x81;
    private static final int TUPLE1 = 0x85;
    private static final int NEW_FALSE = 0x89;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    /** Values a module's attribute can hold here. */
    enum Value {
        FALSE,
        EMPTY_TENSOR_LIST
    }

    PickleWriter() {
        out.write(PROTO);
        out.write(2);
    }

    PickleWriter emptyTuple() {
        out.write(')');
        return this;
    }

    /** An instance of a class, made without arguments. */
    PickleWriter newObject(String module, String name) {
        global(module, name);
        out.write(')');
        out.write(NEWOBJ);
        return this;
    }

    /** Begins the dictionary of attributes that the object's state is built from. */
    PickleWriter beginState() {
        ascii("}(");
        return this;
    }

    PickleWriter entry(String key, Value value) {
        byte[] name = key.getBytes(StandardCharsets.UTF_8);
        out.write('X'); // BINUNICODE: u32 little-endian length, then UTF-8
        for (int shift = 0; shift < Integer.SIZE; shift += Byte.SIZE) {
            out.write(name.length >> shift);
        }
        out.writeBytes(name);
        switch (value) {
            case FALSE -> out.write(NEW_FALSE);
            case EMPTY_TENSOR_LIST -> {
                global("torch.jit._pickle", "build_tensorlist");
                ascii("](e");
                out.write(TUPLE1);
                out.write('R');
            }
        }
        return this;
    }

    /** Ends the dictionary and gives it to the object. */
    PickleWriter endState() {
        ascii("ub");
        return this;
    }

    byte[] toByteArray() {
        out.write('.');
        return out.toByteArray();
    }

    private void global(String module, String name) {
        ascii("c" + module + "\n" + name + "\n");
    }

    private void ascii(String text) {
        out.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
    }
}
