package org.diffusionjmh.pass;

import java.util.List;

/** The one place where the order of passes is decided. */
public final class Passes {
    private Passes() {}

    /** For the CPU; the result may have operations of oneDNN. */
    public static List<Pass> forCpu() {
        return List.of(
                new EliminateCommonSubexpressions(), // first: layers of one argument are then layers of one node
                MergeLinears.attentionProjections(),
                MergeLinears.timeProjections(),
                new FuseGroupNormSilu(),
                new FuseGeglu(),
                new FoldUpsampleIntoConv(), // before the layout: it expects the convolution's plain weight
                new ToChannelsLast(),
                new SelectOneDnn()); // last: after it, products are the device's own
    }
}
