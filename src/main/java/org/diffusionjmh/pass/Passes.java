package org.diffusionjmh.pass;

import java.util.ArrayList;
import java.util.List;
import org.diffusionjmh.graph.DType;

/** The one place where the order of passes is decided. */
public final class Passes {
    private Passes() {}

    /**
     * What passes have to know of a device.
     *
     * @param device what it can do
     * @param choices which kernels it computes with
     */
    public record Target(DeviceAbilities device, KernelChoices choices) {}

    /**
     * The passes for a device.
     *
     * @param lowPrecision whether float32 may be computed as bfloat16
     * @param channelsLast whether feature maps may be laid out with channels innermost
     * @param dynamic whether graphs that differ in sizes only are to be rewritten in the same way
     */
    public static List<Pass> of(Target target, boolean lowPrecision, boolean channelsLast, boolean dynamic) {
        DeviceAbilities device = target.device();
        // libtorch's group norm on a GPU copies feature maps that have channels innermost
        boolean pixels = channelsLast && (!device.gpu() || device.kernels());
        List<Pass> passes = new ArrayList<>();
        passes.add(new EliminateCommonSubexpressions()); // first: layers of one argument are then layers of one node
        passes.add(MergeLinears.attentionProjections()); // both merges expect weights, plain or computed
        if (device.gpu()) {
            passes.add(new FoldConvBias()); // before projections of the time embedding are one
        }
        passes.add(MergeLinears.timeProjections());
        passes.add(new FuseGroupNormSilu());
        passes.add(new FuseGeglu());
        // after merging keys and values: they are zero together
        passes.add(device.gpu() && !dynamic ? SkipZeroRows.whereAGpuIsFilled() : SkipZeroRows.everywhere());
        // After all that matches an operation's only use, which a copy of rows would be: norms and activations are
        // one, and weights are computed alike with equal rows and without. Before layouts and kernels, for which the
        // number of rows counts.
        passes.add(dynamic ? ShareEqualRows.ofAnySize() : ShareEqualRows.bySize());
        if (pixels) {
            passes.add(new FoldUpsampleIntoConv(
                    device.kernels())); // its result has channels innermost, whatever stands around it
        }
        if (lowPrecision) {
            passes.add(new LowerPrecision(DType.BF16)); // after all that computes on weights: they are rounded once
        }
        if (pixels && device.gpu()) {
            passes.add(new PointwiseConvToLinear()); // before convolutions get their layout
        }
        if (pixels) {
            passes.add(new ToChannelsLast());
        }
        if (pixels && !device.gpu()) {
            passes.add(dynamic ? CenterGroupNorm.ofAnySize() : CenterGroupNorm.bySize()); // needed by that layout only
        }
        if (!device.gpu()) {
            passes.add(new SelectOneDnn(device.bfloat16())); // last: after it, products are the device's own
        }
        if (pixels && device.kernels()) {
            passes.add(new SplitConcat()); // before norms are kernels, after shortcuts are linear layers
        }
        if (device.kernels()) {
            if (pixels) {
                passes.add(new SelectConv(target.choices().convolutions())); // before biases and sums go to norms
            }
            passes.add(new FuseLinearGeglu(target.choices().gated())); // before activations are kernels of their own
            passes.add(new SelectLinear(target.choices().linear())); // before sums go to norms
            passes.add(new SelectKernels(pixels)); // last: after it, norms and activations are the device's own
        }
        if (device.gpu()) {
            passes.add(new SelectAttention(target.choices().attention()));
        }
        return passes;
    }
}
