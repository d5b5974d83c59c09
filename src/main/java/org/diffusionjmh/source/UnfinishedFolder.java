package org.diffusionjmh.source;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A folder that is filled under a temporary name and then put in its place, whole. Without {@link #commit} nothing is left of it, even if
 * the process is told to end.
 */
final class UnfinishedFolder implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 20;

    private final Path target;
    private final Path path;
    private final AtomicBoolean ending = new AtomicBoolean();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread onExit = new Thread(this::end, "remove-unfinished-folder");

    private UnfinishedFolder(Path target, Path path) {
        this.target = target;
        this.path = path;
    }

    /**
     * Begins a folder.
     *
     * @param output its place: a new folder, or an empty one
     * @throws IllegalArgumentException if there is something already
     * @throws IOException if there cannot be a folder there
     */
    static UnfinishedFolder of(Path output) throws IOException {
        Path target = output.toAbsolutePath().normalize();
        requireNewOrEmpty(target);
        Path path = target.resolveSibling("." + target.getFileName() + "." + UUID.randomUUID() + ".part");
        try {
            Files.createDirectories(path);
        } catch (FileSystemException e) {
            throw new IOException(target + ": the folder cannot be created: " + e, e);
        }
        UnfinishedFolder folder = new UnfinishedFolder(target, path);
        Runtime.getRuntime().addShutdownHook(folder.onExit);
        return folder;
    }

    private static void requireNewOrEmpty(Path target) throws IOException {
        if (Files.isDirectory(target)) {
            try (var entries = Files.list(target)) {
                if (entries.findAny().isEmpty()) {
                    return;
                }
            }
            throw new IllegalArgumentException(
                    target + ": the folder is not empty; name a new one, or remove what is in it");
        }
        if (Files.exists(target)) {
            throw new IllegalArgumentException(target + ": is a file; name a new folder");
        }
    }

    /** Where to put the files until {@link #commit}. */
    Path path() {
        return path;
    }

    /**
     * To be called now and then while the folder is filled.
     *
     * @throws IOException if the process is about to end, so that filling should stop
     */
    void checkGoingOn() throws IOException {
        if (ending.get()) {
            throw new IOException(target + ": stopped before it was complete; nothing is left of it");
        }
    }

    /** Puts the folder in its place. */
    void commit() throws IOException {
        checkGoingOn();
        Files.deleteIfExists(target);
        Files.move(path, target, StandardCopyOption.ATOMIC_MOVE);
    }

    private void end() {
        ending.set(true);
        try {
            var unused = closed.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() throws IOException {
        try {
            if (Files.exists(path)) {
                Folders.delete(path);
            }
        } finally {
            closed.countDown();
            try {
                Runtime.getRuntime().removeShutdownHook(onExit);
            } catch (IllegalStateException e) {
                // The process is ending: the hook runs, and waits no longer.
            }
        }
    }
}
