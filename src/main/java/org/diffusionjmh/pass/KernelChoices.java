package org.diffusionjmh.pass;

/**
 * What a device computes with which kernel, where there are several.
 *
 * @param attention which kernel it computes an attention with
 * @param gated which products with a gated activation it computes in one kernel
 * @param linear how it computes linear layers, if it has this project's own kernels
 * @param convolutions which convolutions it computes by this project's kernels
 */
public record KernelChoices(
        AttentionChoice attention, LinearGegluChoice gated, LinearChoice linear, ConvChoice convolutions) {
    /** libtorch's own, for devices where nothing was measured. */
    public static final KernelChoices LIBTORCH = new KernelChoices(
            AttentionChoice.LIBTORCH, LinearGegluChoice.APART, LinearChoice.LIBTORCH, ConvChoice.LIBTORCH);
}
