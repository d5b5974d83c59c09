package org.diffusionjmh.graph;

import java.util.List;

/**
 * One operation of a graph: data only, no device, no mutable field. Families group the operations that passes treat alike; the records
 * in them are the operations.
 */
public sealed interface Op
        permits SourceOp,
                PointwiseOp,
                ContractionOp,
                NormalizationOp,
                ReductionOp,
                AttentionOp,
                MovementOp,
                LookupOp,
                LayoutOp,
                FusedOp,
                KernelOp,
                OneDnnOp {
    /**
     * Type of the result for arguments of these types.
     *
     * @throws ShapeException if the arguments do not fit
     */
    TensorType infer(List<TensorType> arguments);

    /** The operation's name: the record's. */
    default String name() {
        return getClass().getSimpleName();
    }
}
