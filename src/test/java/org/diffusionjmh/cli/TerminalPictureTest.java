package org.diffusionjmh.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.Random;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.diffusionjmh.image.ImageFormat;
import org.diffusionjmh.image.RgbImage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TerminalPictureTest {
    private static Map<String, String> environment(String text) {
        return Arrays.stream(text.split(" ", -1))
                .map(variable -> variable.split("=", 2))
                .collect(Collectors.toMap(pair -> pair[0], pair -> pair[1]));
    }

    @ParameterizedTest
    @CsvSource({
        "TERM=xterm-kitty, KITTY",
        "TERM=xterm-256color KITTY_WINDOW_ID=1, KITTY",
        "TERM=xterm-ghostty, KITTY",
        "TERM=xterm-256color TERM_PROGRAM=WezTerm, KITTY",
        "TERM=xterm-256color TERM_PROGRAM=iTerm.app, ITERM2",
        "TERM=xterm-256color LC_TERMINAL=iTerm2, ITERM2",
        "TERM=xterm-256color COLORTERM=truecolor LANG=de_DE.UTF-8, TRUE_COLOUR_BLOCKS",
        "TERM=xterm-direct LC_ALL=C.utf8, TRUE_COLOUR_BLOCKS",
        "TERM=xterm-256color LANG=C.UTF-8, CUBE_COLOUR_BLOCKS",
        "TERM=tmux-256color TMUX=/tmp/x KITTY_WINDOW_ID=1 LANG=C.UTF-8, CUBE_COLOUR_BLOCKS",
        "TERM=screen TERM_PROGRAM=iTerm.app COLORTERM=24bit LANG=C.UTF-8, TRUE_COLOUR_BLOCKS",
    })
    void takesTheBestWayTheTerminalKnows(String environment, TerminalPicture expected) {
        assertEquals(expected, TerminalPicture.of(environment(environment)));
    }

    @ParameterizedTest
    @CsvSource({
        "LANG=C.UTF-8, TERM is not set",
        "TERM=dumb, TERM=dumb is a terminal without colours",
        "TERM=xterm LC_ALL=C LANG=C.UTF-8, its character set is not UTF-8",
        "TERM=xterm, its character set is not UTF-8",
    })
    void saysWhyItShowsNothing(String environment, String reason) {
        Map<String, String> variables = environment(environment);
        UnsupportedOperationException e =
                assertThrows(UnsupportedOperationException.class, () -> TerminalPicture.of(variables));
        assertTrue(e.getMessage().startsWith(reason), e::getMessage);
    }

    private static RgbImage noise(int height, int width) {
        byte[] pixels = new byte[height * width * RgbImage.CHANNELS];
        new Random(1).nextBytes(pixels);
        return RgbImage.of(height, width, pixels);
    }

    /** All pieces but the last say that more follows, are a multiple of 4 characters, and together are the PNG. */
    @Test
    void kittyGetsThePictureInPieces() {
        RgbImage image = noise(64, 80);
        String text = TerminalPicture.KITTY.encode(image, 120);
        assertTrue(text.startsWith("\033_Ga=T,q=2,f=100,c=10,m=1;"), text.substring(0, 40));
        var pieces = Pattern.compile("\033_G[^;]*m=([01]);([^\033]*)\033\\\\")
                .matcher(text)
                .results()
                .toList();
        assertTrue(pieces.size() > 2);
        String base64 = pieces.stream().map(piece -> piece.group(2)).collect(Collectors.joining());
        assertArrayEquals(image.encoded(ImageFormat.PNG), Base64.getDecoder().decode(base64));
        for (int i = 0; i < pieces.size(); i++) {
            assertEquals(i < pieces.size() - 1 ? "1" : "0", pieces.get(i).group(1));
            assertTrue(pieces.get(i).group(2).length() <= 4096);
        }
    }

    @Test
    void iTermGetsThePictureAsAWhole() {
        String text = TerminalPicture.ITERM2.encode(noise(8, 800), 40);
        assertTrue(text.matches("\033]1337;File=inline=1;preserveAspectRatio=1;width=40:[A-Za-z0-9+/=]+\007\n"));
    }

    /** Two rows of pixels are one line; a narrow terminal gets a smaller picture of the same shape. */
    @Test
    void blocksAreTwoPixels() {
        RgbImage image =
                RgbImage.of(2, 2, new byte[] {(byte) 255, 0, 0, 0, (byte) 255, 0, 0, 0, (byte) 255, 10, 20, 30});
        assertEquals(
                "\033[38;2;255;0;0;48;2;0;0;255m▀\033[38;2;0;255;0;48;2;10;20;30m▀\033[0m\n",
                TerminalPicture.TRUE_COLOUR_BLOCKS.encode(image, 80));
        assertEquals(
                "\033[38;5;196;48;5;21m▀\033[38;5;46;48;5;16m▀\033[0m\n",
                TerminalPicture.CUBE_COLOUR_BLOCKS.encode(image, 80));
        String small = TerminalPicture.TRUE_COLOUR_BLOCKS.encode(noise(60, 100), 20);
        assertEquals(6, small.lines().count());
        assertEquals(20 * 6, small.chars().filter(c -> c == '▀').count());
    }
}
