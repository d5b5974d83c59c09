package org.diffusionjmh.scheduler;

import java.util.Comparator;

/**
 * A place for one tensor of the sample's shape, float32.
 *
 * @param kind what the tensor is
 * @param slot which one of several of this kind; 0 unless a history
 */
public record Register(Kind kind, int slot) implements Comparable<Register> {
    /** What a register holds. */
    public enum Kind {
        /** At the start of a step the current sample, at its end the next one. */
        SAMPLE,
        /** What the denoiser gave, after guidance. */
        MODEL_OUTPUT,
        /** The noise drawn in this step. */
        NOISE,
        /** The clean sample that the model output implies, within one step. */
        PREDICTION,
        /** Earlier outputs or derivatives of a multistep method; kept from step to step. */
        HISTORY,
        /** A sum of outputs in the making; kept from step to step. */
        ACCUMULATOR,
        /** The sample from which a step of several denoiser calls started; kept from step to step. */
        SAVED_SAMPLE;

        /** Whether its contents outlive the step. */
        public boolean isKept() {
            return this == HISTORY || this == ACCUMULATOR || this == SAVED_SAMPLE;
        }
    }

    private static final Comparator<Register> ORDER =
            Comparator.comparing(Register::kind).thenComparingInt(Register::slot);

    /** See {@link Kind#SAMPLE}. */
    public static final Register SAMPLE = new Register(Kind.SAMPLE, 0);

    /** See {@link Kind#MODEL_OUTPUT}. */
    public static final Register MODEL_OUTPUT = new Register(Kind.MODEL_OUTPUT, 0);

    /** See {@link Kind#NOISE}. */
    public static final Register NOISE = new Register(Kind.NOISE, 0);

    /** See {@link Kind#PREDICTION}. */
    public static final Register PREDICTION = new Register(Kind.PREDICTION, 0);

    /** See {@link Kind#ACCUMULATOR}. */
    public static final Register ACCUMULATOR = new Register(Kind.ACCUMULATOR, 0);

    /** See {@link Kind#SAVED_SAMPLE}. */
    public static final Register SAVED_SAMPLE = new Register(Kind.SAVED_SAMPLE, 0);

    /** See {@link Kind#HISTORY}. */
    public static Register history(int slot) {
        return new Register(Kind.HISTORY, slot);
    }

    /** Whether its contents are needed after the step: it is kept, or the sample. */
    boolean outlivesStep() {
        return kind.isKept() || kind == Kind.SAMPLE;
    }

    @Override
    public int compareTo(Register other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return kind == Kind.HISTORY ? kind + "[" + slot + "]" : kind.toString();
    }
}
