package org.diffusionjmh.image;

import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;

/** Reads pictures with the JDK's decoders, and WebP with TwelveMonkeys', but takes the stored samples as Pillow does, without colour management. */
final class ImageDecoder {
    private static final long LARGEST_PIXELS = 1L << 26;
    private static final long LARGEST_FILE = 1L << 28;

    private final Path file;

    private ImageDecoder(Path file) {
        this.file = file;
    }

    static RgbaImage read(Path file) throws IOException {
        return new ImageDecoder(file).read();
    }

    private RgbaImage read() throws IOException {
        byte[] bytes = bytes();
        ImageFormat format = ImageFormat.ofContent(bytes)
                .orElseThrow(() -> new ImageFileException(file, "neither a PNG nor a JPEG nor a WebP picture"));
        Orientation orientation =
                switch (format) {
                    case PNG -> PngChunks.orientation(file, bytes);
                    case JPEG -> JpegSegments.orientation(bytes);
                    case WEBP -> WebpChunks.orientation(file, bytes);
                };
        BufferedImage decoded = decode(bytes, format);
        return orientation.upright(samples(decoded), decoded.getHeight(), decoded.getWidth());
    }

    private byte[] bytes() throws IOException {
        try {
            if (Files.isDirectory(file)) {
                throw new ImageFileException(file, "is a folder; want a picture file");
            }
            if (Files.size(file) > LARGEST_FILE) {
                throw new ImageFileException(file, "larger than " + LARGEST_FILE + " bytes; is it a picture?");
            }
            return Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            throw new ImageFileException(file, "no such file", e);
        } catch (AccessDeniedException e) {
            throw new ImageFileException(file, "permission denied", e);
        }
    }

    private BufferedImage decode(byte[] bytes, ImageFormat format) throws IOException {
        ImageReader reader = ImageIO.getImageReadersByFormatName(format.name()).next();
        boolean[] truncated = {false};
        reader.addIIOReadWarningListener((source, warning) -> truncated[0] |= warning.contains("remature end"));
        try (ImageInputStream stream = new MemoryCacheImageInputStream(new ByteArrayInputStream(bytes))) {
            reader.setInput(stream);
            long pixels = (long) reader.getWidth(0) * reader.getHeight(0);
            if (pixels > LARGEST_PIXELS) {
                throw new ImageFileException(
                        file,
                        reader.getWidth(0) + " x " + reader.getHeight(0) + " pixels are too many; want at most "
                                + LARGEST_PIXELS + " in all");
            }
            BufferedImage decoded = reader.read(0);
            // The JDK's reader gives the four inks of a print picture as they are, as if they were colours with alpha.
            if (format == ImageFormat.JPEG && decoded.getRaster().getNumBands() == 4) {
                throw new ImageFileException(file, "a CMYK picture; convert it to RGB");
            }
            if (truncated[0]) {
                throw new ImageFileException(file, "a broken " + format + " picture: the file ends too early");
            }
            return decoded;
        } catch (ImageFileException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            // The JDK's decoders meet some broken files with an index out of bounds or the like.
            throw new ImageFileException(file, "a broken or unsupported " + format + " picture: " + e.getMessage(), e);
        } finally {
            reader.dispose();
        }
    }

    /** The samples as {@code [height, width, 4]}. */
    private byte[] samples(BufferedImage image) throws ImageFileException {
        if (image.getColorModel() instanceof IndexColorModel) {
            return paletteColours(image);
        }
        Raster raster = image.getRaster();
        int bands = raster.getNumBands();
        int bits = raster.getSampleModel().getSampleSize(0);
        if (bands > 4 || (bits != 8 && bits != 16)) {
            throw new ImageFileException(file, bands + " channels of " + bits + " bits; want 1 to 4 of 8 or 16 bits");
        }
        int width = image.getWidth();
        byte[] rgba = new byte[image.getHeight() * width * 4];
        int[] row = new int[width * bands];
        int at = 0;
        for (int y = 0; y < image.getHeight(); y++) {
            raster.getPixels(0, y, width, 1, row);
            for (int from = 0; from < row.length; from += bands) {
                for (int channel = 0; channel < 4; channel++) {
                    rgba[at++] = sample(row, from, bands, channel, bits);
                }
            }
        }
        return rgba;
    }

    /** One channel of a pixel with 1 (grey), 2 (grey, alpha), 3 (colour) or 4 (colour, alpha) bands. */
    private static byte sample(int[] row, int from, int bands, int channel, int bits) {
        boolean hasAlpha = bands % 2 == 0;
        if (channel == 3) {
            return hasAlpha ? (byte) (row[from + bands - 1] >> (bits - 8)) : (byte) 255;
        }
        return (byte) (row[from + (bands <= 2 ? 0 : channel)] >> (bits - 8));
    }

    private static byte[] paletteColours(BufferedImage image) {
        byte[] rgba = new byte[image.getHeight() * image.getWidth() * 4];
        int at = 0;
        for (int y = 0; y < image.getHeight(); y++) {
            for (int x = 0; x < image.getWidth(); x++) {
                int argb = image.getRGB(x, y);
                rgba[at++] = (byte) (argb >> 16);
                rgba[at++] = (byte) (argb >> 8);
                rgba[at++] = (byte) argb;
                rgba[at++] = (byte) (argb >>> 24);
            }
        }
        return rgba;
    }
}
