package org.diffusionjmh.cli;

import java.util.Base64;
import java.util.Locale;
import java.util.Map;
import org.diffusionjmh.image.ImageFormat;
import org.diffusionjmh.image.RgbImage;

/** The ways to show a picture in a terminal. */
enum TerminalPicture {
    /** The graphics protocol of kitty, which Ghostty, WezTerm and Konsole know too: a PNG in pieces. */
    KITTY {
        @Override
        String encode(RgbImage image, int columns) {
            String png = base64(image);
            StringBuilder text = new StringBuilder();
            for (int start = 0; start < png.length(); start += KITTY_PIECE) {
                int end = Math.min(png.length(), start + KITTY_PIECE);
                text.append("\033_G");
                if (start == 0) {
                    text.append("a=T,q=2,f=100,c=")
                            .append(cells(image, columns))
                            .append(',');
                }
                text.append("m=").append(end < png.length() ? 1 : 0).append(';');
                text.append(png, start, end).append("\033\\");
            }
            return text.append('\n').toString();
        }
    },

    /** iTerm2's inline images: a PNG as a whole. */
    ITERM2 {
        @Override
        String encode(RgbImage image, int columns) {
            return "\033]1337;File=inline=1;preserveAspectRatio=1;width=%d:%s\007\n"
                    .formatted(cells(image, columns), base64(image));
        }
    },

    /** Upper half blocks: two pixels a character, in 16 million colours. */
    TRUE_COLOUR_BLOCKS {
        @Override
        String encode(RgbImage image, int columns) {
            return blocks(image, columns, (red, green, blue) -> "2;" + red + ";" + green + ";" + blue);
        }
    },

    /** The same in the 216 colours of the colour cube that nearly all terminals have. */
    CUBE_COLOUR_BLOCKS {
        @Override
        String encode(RgbImage image, int columns) {
            return blocks(
                    image,
                    columns,
                    (red, green, blue) -> "5;" + (CUBE_START + 36 * level(red) + 6 * level(green) + level(blue)));
        }
    };

    private static final int KITTY_PIECE = 4096;
    private static final int CUBE_START = 16;

    /** Usual width of a character, so that a picture is not shown larger than it is. */
    private static final int PIXELS_A_CELL = 8;

    /** Parameters of the escape sequence that sets a colour, after its 38 or 48. */
    private interface Colour {
        String parameters(int red, int green, int blue);
    }

    /**
     * The best way that the terminal is known to understand.
     *
     * @param environment the process's environment variables
     * @throws UnsupportedOperationException if it shows no pictures; the message says why
     */
    static TerminalPicture of(Map<String, String> environment) {
        String term = environment.getOrDefault("TERM", "");
        if (term.isEmpty() || term.equals("dumb")) {
            throw new UnsupportedOperationException(
                    term.isEmpty() ? "TERM is not set" : "TERM=dumb is a terminal without colours");
        }
        boolean multiplexed = environment.containsKey("TMUX") || term.startsWith("screen") || term.startsWith("tmux");
        String program = environment.getOrDefault("TERM_PROGRAM", "");
        if (!multiplexed) { // multiplexers swallow the protocols
            if (environment.containsKey("KITTY_WINDOW_ID")
                    || environment.containsKey("KONSOLE_VERSION")
                    || term.contains("kitty")
                    || term.contains("ghostty")
                    || program.equals("ghostty")
                    || program.equals("WezTerm")) {
                return KITTY;
            }
            if (program.equals("iTerm.app")
                    || program.equals("mintty")
                    || environment.getOrDefault("LC_TERMINAL", "").equals("iTerm2")) {
                return ITERM2;
            }
        }
        if (!isUtf8(environment)) {
            throw new UnsupportedOperationException(
                    "its character set is not UTF-8 (LC_ALL, LC_CTYPE, LANG), which has the block characters");
        }
        String colours = environment.getOrDefault("COLORTERM", "");
        return colours.equals("truecolor") || colours.equals("24bit") || term.endsWith("-direct")
                ? TRUE_COLOUR_BLOCKS
                : CUBE_COLOUR_BLOCKS;
    }

    private static boolean isUtf8(Map<String, String> environment) {
        for (String variable : new String[] {"LC_ALL", "LC_CTYPE", "LANG"}) { // in the order of precedence
            String value = environment.getOrDefault(variable, "");
            if (!value.isEmpty()) {
                return value.toUpperCase(Locale.ROOT).matches(".*UTF-?8.*");
            }
        }
        return false;
    }

    /**
     * The text that shows a picture.
     *
     * @param columns characters in a line of the terminal
     */
    abstract String encode(RgbImage image, int columns);

    private static int cells(RgbImage image, int columns) {
        return Math.max(1, Math.min(columns, image.width() / PIXELS_A_CELL));
    }

    private static String base64(RgbImage image) {
        return Base64.getEncoder().encodeToString(image.encoded(ImageFormat.PNG));
    }

    private static String blocks(RgbImage image, int columns, Colour colour) {
        int width = Math.min(columns, image.width());
        int rows = Math.max(1, Math.round((float) image.height() * width / image.width() / 2));
        RgbImage small = image.resize(2 * rows, width);
        StringBuilder text = new StringBuilder();
        for (int y = 0; y < 2 * rows; y += 2) {
            for (int x = 0; x < width; x++) {
                text.append("\033[38;").append(parameters(small, y, x, colour));
                text.append(";48;").append(parameters(small, y + 1, x, colour)).append("m\u2580");
            }
            text.append("\033[0m\n");
        }
        return text.toString();
    }

    private static String parameters(RgbImage image, int y, int x, Colour colour) {
        return colour.parameters(image.get(y, x, 0), image.get(y, x, 1), image.get(y, x, 2));
    }

    /** The nearest of the cube's levels 0, 95, 135, 175, 215, 255. */
    private static int level(int value) {
        return value < 48 ? 0 : value < 115 ? 1 : (value - 35) / 40;
    }
}
