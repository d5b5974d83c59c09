package org.diffusionjmh.weights;

import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;

/**
 * A part of a file mapped read-only, unmapped by {@link #close} and not at the garbage collector's leisure.
 *
 * <p>Java 17 has no public way to unmap; {@code java.lang.foreign} has, from Java 22 on. It is found by reflection, since this is
 * compiled for 17; older versions use {@code sun.misc.Unsafe} of the module jdk.unsupported.
 */
final class MappedRegion implements AutoCloseable {
    /** A buffer's limit. */
    static final long MAX_BYTES = Integer.MAX_VALUE;

    private final ByteBuffer buffer;
    private final Unmapping unmapping;

    private MappedRegion(ByteBuffer buffer, Unmapping unmapping) {
        this.buffer = buffer;
        this.unmapping = unmapping;
    }

    /** What unmaps a region. */
    private interface Unmapping {
        void run() throws ReflectiveOperationException;
    }

    /**
     * Maps {@code bytes} bytes from {@code offset} on.
     *
     * @throws IOException if the operating system refuses
     */
    static MappedRegion map(FileChannel channel, long offset, long bytes) throws IOException {
        try {
            return Runtime.version().feature() >= 22
                    ? mapInArena(channel, offset, bytes)
                    : mapForUnsafe(channel, offset, bytes);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof IOException cause) {
                throw cause;
            }
            throw new IllegalStateException(e);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    private static MappedRegion mapInArena(FileChannel channel, long offset, long bytes)
            throws IOException, ReflectiveOperationException {
        Class<?> arenas = Class.forName("java.lang.foreign.Arena");
        AutoCloseable arena = (AutoCloseable) arenas.getMethod("ofShared").invoke(null);
        Object segment = FileChannel.class
                .getMethod("map", MapMode.class, long.class, long.class, arenas)
                .invoke(channel, MapMode.READ_ONLY, offset, bytes, arena);
        Method asByteBuffer = Class.forName("java.lang.foreign.MemorySegment").getMethod("asByteBuffer");
        Method close = arenas.getMethod("close");
        return new MappedRegion((ByteBuffer) asByteBuffer.invoke(segment), () -> close.invoke(arena));
    }

    private static MappedRegion mapForUnsafe(FileChannel channel, long offset, long bytes)
            throws IOException, ReflectiveOperationException {
        ByteBuffer buffer = channel.map(MapMode.READ_ONLY, offset, bytes);
        Class<?> unsafes = Class.forName("sun.misc.Unsafe");
        Field field = unsafes.getDeclaredField("theUnsafe");
        field.setAccessible(true);
        Object unsafe = field.get(null);
        Method invokeCleaner = unsafes.getMethod("invokeCleaner", ByteBuffer.class);
        return new MappedRegion(buffer, () -> invokeCleaner.invoke(unsafe, buffer));
    }

    /** Bytes {@code [offset, offset + bytes)} of the region. Touching them after {@link #close} takes the JVM down. */
    ByteBuffer slice(long offset, long bytes) {
        return buffer.slice(Math.toIntExact(offset), Math.toIntExact(bytes));
    }

    @Override
    public void close() {
        try {
            unmapping.run();
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }
}
