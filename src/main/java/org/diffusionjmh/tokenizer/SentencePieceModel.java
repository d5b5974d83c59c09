package org.diffusionjmh.tokenizer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/**
 * What a sentencepiece unigram model, {@code spiece.model}, holds (sentencepiece_model.proto's {@code ModelProto}).
 *
 * @param unknownId id of the piece for text that no piece covers
 * @param charsMap the compiled normalization rules in base64; empty if there are none
 */
record SentencePieceModel(List<Piece> pieces, int unknownId, String charsMap) {
    private static final int UNIGRAM = 1;

    /** A piece of text with its log probability; its id is its place in the list. */
    record Piece(String text, float score) {}

    static SentencePieceModel read(Path file) throws IOException {
        byte[] bytes;
        try {
            bytes = Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            throw new TokenizerFileException(file, "no such file; a T5 tokenizer is a folder with spiece.model", e);
        }
        ProtobufReader model = new ProtobufReader(file, bytes);
        List<Piece> pieces = new ArrayList<>();
        int unknownId = 0;
        String charsMap = "";
        for (int field = model.next(); field != 0; field = model.next()) {
            switch (field) {
                case 1 -> pieces.add(piece(model.message()));
                case 2 -> unknownId = unknownId(file, model.message());
                case 3 -> charsMap = charsMap(model.message());
                default -> model.skip();
            }
        }
        if (unknownId < 0 || unknownId >= pieces.size()) {
            throw new TokenizerFileException(
                    file, "the unknown piece has id " + unknownId + ", but there are " + pieces.size() + " pieces");
        }
        return new SentencePieceModel(List.copyOf(pieces), unknownId, charsMap);
    }

    private static Piece piece(ProtobufReader message) throws TokenizerFileException {
        String text = "";
        float score = 0;
        for (int field = message.next(); field != 0; field = message.next()) {
            switch (field) {
                case 1 -> text = message.string();
                case 2 -> score = message.float32();
                default -> message.skip();
            }
        }
        return new Piece(text, score);
    }

    /** TrainerSpec: field 3 is model_type, 40 unk_id. */
    private static int unknownId(Path file, ProtobufReader trainer) throws TokenizerFileException {
        int unknownId = 0;
        for (int field = trainer.next(); field != 0; field = trainer.next()) {
            switch (field) {
                case 3 -> {
                    long type = trainer.integer();
                    if (type != UNIGRAM) {
                        throw new TokenizerFileException(
                                file, "model_type is " + type + ", want " + UNIGRAM + " (unigram), which T5 uses");
                    }
                }
                case 40 -> unknownId = (int) trainer.integer();
                default -> trainer.skip();
            }
        }
        return unknownId;
    }

    /** NormalizerSpec: field 2 is precompiled_charsmap. */
    private static String charsMap(ProtobufReader normalizer) throws TokenizerFileException {
        String charsMap = "";
        for (int field = normalizer.next(); field != 0; field = normalizer.next()) {
            if (field == 2) {
                charsMap = Base64.getEncoder().encodeToString(normalizer.byteString());
            } else {
                normalizer.skip();
            }
        }
        return charsMap;
    }
}
