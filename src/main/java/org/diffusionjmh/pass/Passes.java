package org.diffusionjmh.pass;

import java.util.ArrayList;
import java.util.List;
import org.diffusionjmh.graph.DType;

/** The one place where the order of passes is decided. */
public final class Passes {
    private Passes() {}

    /**
     * The passes for a device.
     *
     * @param gpu whether it is a GPU; else the result may have operations of oneDNN
     * @param lowPrecision whether float32 may be computed as bfloat16
     * @param channelsLast whether feature maps may be laid out with channels innermost
     * @param kernels whether the device has this project's own kernels
     */
    public static List<Pass> of(boolean gpu, boolean lowPrecision, boolean channelsLast, boolean kernels) {
        List<Pass> passes = new ArrayList<>();
        passes.add(new EliminateCommonSubexpressions()); // first: layers of one argument are then layers of one node
        passes.add(MergeLinears.attentionProjections()); // both merges expect plain weights
        passes.add(MergeLinears.timeProjections());
        passes.add(new FuseGroupNormSilu());
        passes.add(new FuseGeglu());
        if (channelsLast && !gpu) {
            passes.add(new FoldUpsampleIntoConv()); // its result has channels innermost, whatever stands around it
        }
        if (lowPrecision) {
            passes.add(new LowerPrecision(DType.BF16)); // after all that computes on weights: they are rounded once
        }
        if (channelsLast && !gpu) { // libtorch's group norm on a GPU copies feature maps that are laid out so
            passes.add(new ToChannelsLast());
            passes.add(new CenterGroupNorm()); // needed by that layout only
        }
        if (!gpu) {
            passes.add(new SelectOneDnn()); // last: after it, products are the device's own
        }
        if (kernels) {
            passes.add(new SelectKernels()); // last: after it, norms and activations are the device's own
        }
        return passes;
    }
}
