package org.diffusionjmh.tokenizer;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The contents of a {@code vocab.json} (token to id) and a {@code merges.txt} (one pair of tokens a line, in order of priority).
 * Every half of a merge, and what it makes, is a token of the vocabulary.
 */
record BytePairVocabulary(JsonObject ids, JsonArray merges) {
    static BytePairVocabulary read(Path vocabFile, Path mergesFile) throws IOException {
        JsonObject ids = readIds(JsonFile.read(vocabFile));
        return new BytePairVocabulary(ids, readMerges(mergesFile, vocabFile, ids));
    }

    private static JsonObject readIds(JsonFile file) throws TokenizerFileException {
        Map<Integer, String> tokens = new HashMap<>();
        for (Map.Entry<String, JsonElement> entry : file.object().entrySet()) {
            String token = entry.getKey();
            int id = id(file, token, entry.getValue());
            String other = tokens.put(id, token);
            if (other != null) {
                throw file.error("tokens '" + other + "' and '" + token + "' have the same id " + id);
            }
        }
        if (tokens.isEmpty()) {
            throw file.error("the vocabulary is empty");
        }
        return file.object();
    }

    /** The id of a token of {@code file}, a JSON number from 0 on. */
    static int id(JsonFile file, String token, JsonElement value) throws TokenizerFileException {
        try {
            int id = Integer.parseInt(value.toString());
            if (id >= 0) {
                return id;
            }
        } catch (NumberFormatException e) {
            // Said below, as for a negative one.
        }
        throw file.error("token '" + token + "' has the id " + value + ", want an integer from 0 on");
    }

    private static JsonArray readMerges(Path file, Path vocabFile, JsonObject ids) throws IOException {
        List<String> lines;
        try {
            lines = Files.readAllLines(file);
        } catch (CharacterCodingException e) {
            throw new TokenizerFileException(file, "not text in UTF-8", e);
        }
        JsonArray merges = new JsonArray();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            if (line.isBlank() || line.startsWith("#version")) {
                continue;
            }
            int gap = line.indexOf(' ');
            if (gap <= 0 || gap != line.lastIndexOf(' ') || gap == line.length() - 1) {
                throw new TokenizerFileException(
                        file, "line " + (i + 1) + " is '" + line + "', want two tokens with one space between");
            }
            String left = line.substring(0, gap);
            String right = line.substring(gap + 1);
            for (String token : List.of(left, right, left + right)) {
                if (!ids.has(token)) {
                    throw new TokenizerFileException(
                            file,
                            "line " + (i + 1) + ", '" + line + "', needs the token '" + token + "', which " + vocabFile
                                    + " does not have; the two files belong to different tokenizers");
                }
            }
            JsonArray pair = new JsonArray();
            pair.add(left);
            pair.add(right);
            merges.add(pair);
        }
        return merges;
    }
}
