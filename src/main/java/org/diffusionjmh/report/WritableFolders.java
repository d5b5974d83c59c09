package org.diffusionjmh.report;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Asks before a long run what would otherwise fail after it. */
public final class WritableFolders {
    private WritableFolders() {}

    /**
     * Creates the folder that a file is to stand in, if need be, and tries to write there.
     *
     * @throws IOException if the file could not be written later; the message says why
     */
    public static void require(Path file) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        if (Files.isDirectory(file)) {
            throw new IOException("cannot write " + file + ": it is a folder");
        }
        try {
            Files.createDirectories(folder);
            Files.delete(Files.createTempFile(folder, ".writable", ""));
        } catch (FileSystemException e) {
            throw new IOException("cannot write " + file + ": " + reason(e), e);
        }
    }

    private static String reason(FileSystemException e) {
        if (e instanceof AccessDeniedException) {
            return "no permission to write to " + e.getFile();
        }
        if (e instanceof FileAlreadyExistsException) {
            return e.getFile() + " is no folder";
        }
        if (e instanceof NoSuchFileException) {
            return e.getFile() + " cannot be created";
        }
        return e.getMessage();
    }
}
