package org.diffusionjmh.torchscript;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * The archive that libtorch's loader reads (torch/csrc/jit/serialization): a zip with stored entries, the module's pickled state, its
 * code, an empty table of constants, the format's version and the byte order.
 */
public final class TorchScriptArchive {
    /** The name every program gives its class. */
    static final String CLASS_NAME = "M";

    /** How its text begins: with the attributes that the pickled module has. */
    static final String CLASS_HEAD = """
            class %s(Module):
              __parameters__ = []
              __buffers__ = []
              training : bool
              weights : List[Tensor]
            """.formatted(CLASS_NAME);

    private static final int INDENT = 2;

    private static final String ROOT = "module/";

    /** libtorch reads older code with the operators of its time: before 10, gelu had no approximation. */
    private static final String FORMAT_VERSION = "10\n";

    private TorchScriptArchive() {}

    /**
     * The archive of a program whose module has one attribute, {@code weights}, an empty list of tensors.
     *
     * @param source the text of class {@code M}
     * @return the file's bytes, some kilobytes per hundred operations
     */
    public static byte[] of(String source) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            store(zip, "data.pkl", emptyModule());
            store(zip, "code/__torch__.py", source.getBytes(StandardCharsets.UTF_8));
            store(zip, "constants.pkl", new PickleWriter().emptyTuple().toByteArray());
            store(zip, "version", FORMAT_VERSION.getBytes(StandardCharsets.US_ASCII));
            store(zip, "byteorder", "little".getBytes(StandardCharsets.US_ASCII));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /**
     * The archive of a module without weights.
     *
     * @param methods their text, not indented: {@code def name(self: __torch__.M, ...) -> ...:} and what follows
     */
    public static byte[] ofMethods(String methods) {
        return of(CLASS_HEAD + methods.indent(INDENT));
    }

    private static byte[] emptyModule() {
        return new PickleWriter()
                .newObject("__torch__", CLASS_NAME)
                .beginState()
                .entry("training", PickleWriter.Value.FALSE)
                .entry("weights", PickleWriter.Value.EMPTY_TENSOR_LIST)
                .endState()
                .toByteArray();
    }

    private static void store(ZipOutputStream zip, String name, byte[] content) throws IOException {
        CRC32 checksum = new CRC32();
        checksum.update(content);
        ZipEntry entry = new ZipEntry(ROOT + name);
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(content.length);
        entry.setCrc(checksum.getValue());
        zip.putNextEntry(entry);
        zip.write(content);
        zip.closeEntry();
    }
}
