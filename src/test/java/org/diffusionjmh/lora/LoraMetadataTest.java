package org.diffusionjmh.lora;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import java.util.OptionalDouble;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LoraMetadataTest {
    private static LoraMetadata metadata(String json) {
        return LoraMetadata.of(Map.of("lora_adapter_metadata", json.replace('\'', '"')));
    }

    /** Patterns are regular expressions for the end of a layer's name, from a dot on; the first that matches counts. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                    {}                                                                              |
                    {'text_encoder.r': 2}                                                           |
                    {'unet.r': 4, 'unet.lora_alpha': 2}                                             | 0.5
                    {'unet.r': 4}                                                                   | 2
                    {'unet.r': 4, 'unet.lora_alpha': 2, 'unet.use_rslora': true}                    | 1
                    {'unet.r': 4, 'unet.lora_alpha': 2, 'unet.alpha_pattern': {'to_q': 12}}         | 3
                    {'unet.r': 4, 'unet.lora_alpha': 2, 'unet.alpha_pattern': {'o_q': 12}}          | 0.5
                    {'unet.r': 4, 'unet.lora_alpha': 2, 'unet.alpha_pattern': {'attn1': 12}}        | 0.5
                    {'unet.r': 4, 'unet.alpha_pattern': {'attn2.to_q': 1, 'to_[qk]': 4, 'to_q': 8}} | 1
                    {'unet.r': 8, 'unet.rank_pattern': {'^mid.*to_q': 4}, 'unet.lora_alpha': 2}     | 0.5
                    {'unet.r': 4, 'unet.lora_alpha': 2, 'unet.init_lora_weights': 'gaussian'}       | 0.5
                    """)
    void saysTheFactor(String json, Double factor) {
        assertEquals(
                factor == null ? OptionalDouble.empty() : OptionalDouble.of(factor),
                metadata(json).factor("unet", "mid_block.attn1.to_q", 4));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                    {'unet.lora_alpha': 4}                                 | says that its rank is 8.0
                    {'unet.r': '4'}                                        | has unet.r "4", want a number
                    {'unet.r': 4, 'unet.lora_alpha': []}                   | has unet.lora_alpha [], want a number
                    {'unet.r': 4, 'unet.alpha_pattern': {'(': 1}}          | unet.alpha_pattern with '(', want a regular
                    {'unet.r': 4, 'unet.use_dora': true}                   | DoRA is not supported
                    {'unet.r': 4, 'unet.init_lora_weights': 'pissa_niter'} | changes the model's own weights
                    """)
    void refusesWhatIsNotPlain(String json, String reason) {
        String message = assertThrows(
                        IllegalArgumentException.class, () -> metadata(json).factor("unet", "mid_block.attn1.to_q", 4))
                .getMessage();
        assertTrue(message.contains(reason), message);
    }

    @Property(tries = 300)
    void anyTextIsReadOrRefused(@ForAll @StringLength(max = 12) @CharRange(from = ' ', to = '}') String text) {
        try {
            metadata(text);
        } catch (IllegalArgumentException refused) {
            assertTrue(refused.getMessage().startsWith("lora_adapter_metadata is n"), refused.getMessage());
        }
    }
}
