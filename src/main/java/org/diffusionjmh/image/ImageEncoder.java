package org.diffusionjmh.image;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** Writes pictures with the JDK's encoders. */
final class ImageEncoder {
    private static final float JPEG_QUALITY = 0.95f;

    private ImageEncoder() {}

    static void write(RgbImage image, Path file) throws IOException {
        byte[] bytes = encode(image, ImageFormat.of(file));
        Path target = file.toAbsolutePath();
        Path folder = target.getParent();
        if (Files.isDirectory(target)) {
            throw new ImageFileException(file, "is a folder; want the name of a picture file");
        }
        try {
            Files.createDirectories(folder);
        } catch (FileAlreadyExistsException e) {
            throw new ImageFileException(file, "cannot create its folder: " + e.getFile() + " is a file", e);
        } catch (FileSystemException e) {
            throw new ImageFileException(file, "cannot create its folder " + folder + ": " + reason(e), e);
        }
        Path temporary = folder.resolve("." + target.getFileName() + "." + UUID.randomUUID() + ".tmp");
        try {
            Files.write(temporary, bytes, StandardOpenOption.CREATE_NEW);
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new ImageFileException(file, "cannot write into " + folder + ": " + reason(e), e);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    static byte[] encode(RgbImage image, ImageFormat format) {
        ImageWriter writer = ImageIO.getImageWritersByFormatName(format.name()).next();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (MemoryCacheImageOutputStream stream = new MemoryCacheImageOutputStream(bytes)) {
            writer.setOutput(stream);
            ImageWriteParam parameters = writer.getDefaultWriteParam();
            if (format == ImageFormat.JPEG) {
                parameters.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
                parameters.setCompressionQuality(JPEG_QUALITY);
            }
            writer.write(null, new IIOImage(buffered(image), null, null), parameters);
        } catch (IOException e) {
            throw new UncheckedIOException(e); // in memory, nothing can fail
        } finally {
            writer.dispose();
        }
        return bytes.toByteArray();
    }

    private static BufferedImage buffered(RgbImage image) {
        BufferedImage buffered = new BufferedImage(image.width(), image.height(), BufferedImage.TYPE_INT_RGB);
        ByteBuffer pixels = image.pixels();
        int[] row = new int[image.width() * RgbImage.CHANNELS];
        for (int y = 0; y < image.height(); y++) {
            for (int i = 0; i < row.length; i++) {
                row[i] = Byte.toUnsignedInt(pixels.get());
            }
            buffered.getRaster().setPixels(0, y, image.width(), 1, row);
        }
        return buffered;
    }

    private static String reason(IOException e) {
        if (e instanceof AccessDeniedException) {
            return "permission denied";
        }
        return e instanceof FileSystemException failure && failure.getReason() != null
                ? failure.getReason()
                : String.valueOf(e.getMessage());
    }
}
