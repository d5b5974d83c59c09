package org.diffusionjmh.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.awt.image.DataBuffer;
import java.awt.image.Raster;
import java.awt.image.WritableRaster;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Writing and reading picture files: what comes back, and how each thing that can go wrong is reported. */
class ImageFileTest {
    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"a.png", "new/folder/a.PNG"})
    void pngKeepsEveryPixel(String name) throws IOException {
        RgbImage image = TestImages.pattern(24, 37);
        image.write(folder.resolve(name));
        assertEquals(image, RgbImage.read(folder.resolve(name)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a.jpg", "a.JPEG"})
    void jpegIsClose(String name) throws IOException {
        RgbImage image = TestImages.pattern(4, 4).resize(64, 96);
        image.write(folder.resolve(name));
        assertEquals(Optional.of(ImageFormat.JPEG), ImageFormat.ofContent(Files.readAllBytes(folder.resolve(name))));
        double psnr =
                ImageComparison.of(image, RgbImage.read(folder.resolve(name))).psnr();
        assertTrue(psnr > 35, "PSNR " + psnr);
    }

    @Test
    void replacesAnOlderPictureAndLeavesNothingElse() throws IOException {
        Path file = folder.resolve("a.png");
        TestImages.pattern(5, 5).write(file);
        TestImages.pattern(6, 7).write(file);
        assertEquals(TestImages.pattern(6, 7), RgbImage.read(file));
        try (Stream<Path> files = Files.list(folder)) {
            assertEquals(List.of(file), files.toList());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"a.gif", "png", "a.", "jpeg.x"})
    void refusesUnknownExtensions(String name) {
        ImageFileException e = assertThrows(
                ImageFileException.class, () -> TestImages.pattern(2, 2).write(folder.resolve(name)));
        assertEquals(
                folder.resolve(name) + ": the extension names no known picture format; want one of .png, .jpg, .jpeg",
                e.getMessage());
    }

    @Test
    void refusesAPlaceThatCannotBeWritten() throws IOException {
        Path file = Files.createFile(folder.resolve("file"));
        Path below = file.resolve("a.png");
        ImageFileException e = assertThrows(
                ImageFileException.class, () -> TestImages.pattern(2, 2).write(below));
        assertTrue(e.getMessage().startsWith(below + ": cannot create its folder"), e.getMessage());

        Path taken = Files.createDirectory(folder.resolve("b.png"));
        e = assertThrows(
                ImageFileException.class, () -> TestImages.pattern(2, 2).write(taken));
        assertEquals(taken + ": is a folder; want the name of a picture file", e.getMessage());
    }

    /** Expected rows are those of Pillow's exif_transpose on the same 2 x 3 picture, 0 to 5. */
    @ParameterizedTest
    @CsvSource({
        "1, 2, 012345",
        "2, 2, 210543",
        "3, 2, 543210",
        "4, 2, 345012",
        "5, 3, 031425",
        "6, 3, 304152",
        "7, 3, 524130",
        "8, 3, 251403",
        "9, 2, 012345"
    })
    void turnsPicturesUpright(int orientation, int height, String expected) throws IOException {
        byte[] pixels = new byte[2 * 3 * 3];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (byte) (i / 3 * 40);
        }
        Path png = folder.resolve("a.png");
        RgbImage.of(2, 3, pixels).write(png);
        byte[] bytes = Files.readAllBytes(png);
        // After the signature, the 25 bytes of IHDR.
        Files.write(png, inserted(bytes, 8 + 25, chunk("eXIf", exif(orientation, ByteOrder.BIG_ENDIAN))));
        assertEquals(expected, digits(RgbImage.read(png), height));

        Path jpeg = folder.resolve("a.jpg");
        // Blocks of 16 x 16 equal pixels, so that compression keeps them.
        enlarged(RgbImage.of(2, 3, pixels)).write(jpeg);
        byte[] exif = exif(orientation, ByteOrder.LITTLE_ENDIAN);
        byte[] segment = ByteBuffer.allocate(10 + exif.length)
                .putShort((short) 0xFFE1)
                .putShort((short) (8 + exif.length))
                .put("Exif\0\0".getBytes(StandardCharsets.US_ASCII))
                .put(exif)
                .array();
        Files.write(jpeg, inserted(Files.readAllBytes(jpeg), 2, segment));
        assertEquals(expected, digits(RgbImage.read(jpeg), height * 16));
    }

    /** Half an EXIF block is ignored, as by Pillow. */
    @Test
    void ignoresBrokenExif() throws IOException {
        Path png = folder.resolve("a.png");
        RgbImage image = TestImages.pattern(3, 4);
        image.write(png);
        byte[] bytes = Files.readAllBytes(png);
        byte[] exif = exif(6, ByteOrder.BIG_ENDIAN);
        for (int length = 0; length < 18; length++) {
            Files.write(png, inserted(bytes, 33, chunk("eXIf", Arrays.copyOf(exif, length))));
            assertEquals(image, RgbImage.read(png));
        }
    }

    /** Grey values are taken as stored; the JDK's own conversion to RGB would brighten them. */
    @Test
    void greyBecomesThreeEqualColours() throws IOException {
        assertGrey(BufferedImage.TYPE_BYTE_GRAY, 100, 100);
        assertGrey(BufferedImage.TYPE_USHORT_GRAY, 100 * 256 + 200, 100);
    }

    private void assertGrey(int type, int stored, int expected) throws IOException {
        BufferedImage grey = new BufferedImage(2, 1, type);
        grey.getRaster().setSample(1, 0, 0, stored);
        Path file = folder.resolve("grey.png");
        ImageIO.write(grey, "png", file.toFile());
        byte value = (byte) expected;
        assertEquals(RgbImage.of(1, 2, new byte[] {0, 0, 0, value, value, value}), RgbImage.read(file));
    }

    @Test
    void paletteColoursAreLookedUp() throws IOException {
        BufferedImage indexed = new BufferedImage(1, 1, BufferedImage.TYPE_BYTE_INDEXED);
        indexed.setRGB(0, 0, 0xFF3366);
        Path file = folder.resolve("palette.png");
        ImageIO.write(indexed, "png", file.toFile());
        assertEquals(RgbImage.of(1, 1, new byte[] {(byte) 0xFF, 0x33, 0x66}), RgbImage.read(file));
    }

    @Test
    void alphaIsDroppedOrKept() throws IOException {
        BufferedImage transparent = new BufferedImage(1, 1, BufferedImage.TYPE_INT_ARGB);
        transparent.setRGB(0, 0, 0x40102030);
        Path file = folder.resolve("alpha.png");
        ImageIO.write(transparent, "png", file.toFile());
        assertEquals(RgbImage.of(1, 1, new byte[] {0x10, 0x20, 0x30}), RgbImage.read(file));
        // Multiplied by 64 / 255 and divided again, in 8 bits: 16 -> 4 -> 15, 32 -> 8 -> 31, 48 -> 12 -> 47.
        RgbImage enlarged = RgbaImage.read(file).resize(1, 2).toRgb();
        assertEquals(RgbImage.of(1, 2, new byte[] {15, 31, 47, 15, 31, 47}), enlarged);
    }

    @Test
    void saysWhatIsNoPicture() throws IOException {
        Path file = folder.resolve("a.png");
        assertRefused(file, "no such file");
        Files.writeString(file, "GIF89a");
        assertRefused(file, "neither a PNG nor a JPEG nor a WebP picture");
        Files.write(file, new byte[0]);
        assertRefused(file, "neither a PNG nor a JPEG nor a WebP picture");
        assertRefused(folder, "is a folder; want a picture file");
    }

    @Test
    void refusesAHugePictureBeforeDecodingIt() throws IOException {
        Path file = folder.resolve("a.png");
        TestImages.pattern(2, 2).write(file);
        byte[] bytes = Files.readAllBytes(file);
        byte[] header = Arrays.copyOfRange(bytes, 16, 29);
        ByteBuffer.wrap(header).putInt(100_000).putInt(90_000);
        ByteArrayOutputStream huge = new ByteArrayOutputStream();
        huge.write(bytes, 0, 8);
        huge.writeBytes(chunk("IHDR", header));
        huge.write(bytes, 33, bytes.length - 33);
        Files.write(file, huge.toByteArray());
        assertRefused(file, "100000 x 90000 pixels are too many; want at most 67108864 in all");
    }

    @Test
    void refusesAFlippedBitInAPng() throws IOException {
        Path file = folder.resolve("a.png");
        TestImages.pattern(24, 37).write(file);
        byte[] bytes = Files.readAllBytes(file);
        bytes[60] ^= 1;
        Files.write(file, bytes);
        assertRefused(file, "a broken PNG picture: wrong checksum of chunk IDAT at byte 33");
    }

    @Test
    void refusesTheInksOfAPrintPicture() throws IOException {
        Path file = folder.resolve("a.jpg");
        ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
        try (ImageOutputStream stream = ImageIO.createImageOutputStream(file.toFile())) {
            writer.setOutput(stream);
            WritableRaster inks = Raster.createInterleavedRaster(DataBuffer.TYPE_BYTE, 16, 16, 4, null);
            writer.write(null, new IIOImage(inks, null, null), null);
        }
        writer.dispose();
        assertRefused(file, "a CMYK picture; convert it to RGB");
    }

    /** A file that breaks off anywhere is refused by name, never read as half a picture. */
    @ParameterizedTest
    @ValueSource(strings = {"a.png", "a.jpg"})
    void refusesTruncatedFiles(String name) throws IOException {
        Path file = folder.resolve(name);
        TestImages.pattern(24, 37).write(file);
        byte[] bytes = Files.readAllBytes(file);
        for (int length = 3; length < bytes.length - 2; length += 7) {
            Files.write(file, Arrays.copyOf(bytes, length));
            assertRefused(file, "");
        }
    }

    /** Whatever byte of a JPEG is changed, it is read or refused by name; no other exception comes out. */
    @Property(tries = 300)
    void anyDamageIsReadOrRefused(@ForAll @IntRange(min = 2, max = 1500) int at, @ForAll byte value)
            throws IOException {
        Path file = Files.createTempFile("damaged", ".jpg");
        try {
            TestImages.pattern(24, 37).write(file);
            byte[] bytes = Files.readAllBytes(file);
            bytes[at % bytes.length] = value;
            Files.write(file, bytes);
            RgbImage.read(file);
        } catch (ImageFileException e) {
            assertTrue(e.getMessage().startsWith(file + ": "), e.getMessage());
        } finally {
            Files.delete(file);
        }
    }

    private static void assertRefused(Path file, String reason) {
        ImageFileException e = assertThrows(ImageFileException.class, () -> RgbImage.read(file));
        assertTrue(e.getMessage().startsWith(file + ": " + reason), e.getMessage());
    }

    private static RgbImage enlarged(RgbImage image) {
        byte[] pixels = new byte[image.height() * image.width() * 3 * 256];
        for (int i = 0; i < pixels.length; i++) {
            int x = i / 3 % (image.width() * 16);
            int y = i / 3 / (image.width() * 16);
            pixels[i] = (byte) image.get(y / 16, x / 16, i % 3);
        }
        return RgbImage.of(image.height() * 16, image.width() * 16, pixels);
    }

    /** One digit a block of equal pixels, row by row. */
    private static String digits(RgbImage image, int height) {
        assertEquals(height, image.height());
        int block = image.height() / (height % 16 == 0 ? height / 16 : height);
        StringBuilder digits = new StringBuilder();
        for (int y = block / 2; y < image.height(); y += block) {
            for (int x = block / 2; x < image.width(); x += block) {
                digits.append(Math.round(image.get(y, x, 0) / 40.0));
            }
        }
        return digits.toString();
    }

    /** A TIFF header and a directory with the orientation alone. */
    private static byte[] exif(int orientation, ByteOrder order) {
        return ByteBuffer.allocate(26)
                .order(order)
                .putShort((short) (order == ByteOrder.BIG_ENDIAN ? 0x4D4D : 0x4949))
                .putShort((short) 42)
                .putInt(8)
                .putShort((short) 1)
                .putShort((short) 0x0112)
                .putShort((short) 3)
                .putInt(1)
                .putShort((short) orientation)
                .array();
    }

    private static byte[] chunk(String type, byte[] content) {
        byte[] name = type.getBytes(StandardCharsets.US_ASCII);
        CRC32 crc = new CRC32();
        crc.update(name);
        crc.update(content);
        return ByteBuffer.allocate(12 + content.length)
                .putInt(content.length)
                .put(name)
                .put(content)
                .putInt((int) crc.getValue())
                .array();
    }

    private static byte[] inserted(byte[] bytes, int at, byte[] more) {
        return ByteBuffer.allocate(bytes.length + more.length)
                .put(bytes, 0, at)
                .put(more)
                .put(bytes, at, bytes.length - at)
                .array();
    }
}
