/**
 * Prompts to token ids: CLIP's byte-pair encoding and T5's unigram model, read from a snapshot's tokenizer folder and run by the
 * Hugging Face tokenizers library. Nothing here uses the network.
 */
package org.diffusionjmh.tokenizer;
