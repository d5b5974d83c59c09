package org.diffusionjmh.pipeline;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import java.util.List;

/** The ControlNets of a run: what they add to the U-Net's features in each step. */
final class Control {
    private final List<ControlBranch> branches;
    private final boolean promptOnly;
    private final NDList zeros;

    /**
     * @param branches the ControlNets, all with the same batch
     * @param promptOnly whether their batch is the second half of the U-Net's, the prompt without the negative prompt
     * @param zeros residuals of zero for the U-Net's whole batch; none if some ControlNet has a say in every step, in the whole batch
     */
    Control(List<ControlBranch> branches, boolean promptOnly, NDList zeros) {
        this.branches = List.copyOf(branches);
        this.promptOnly = promptOnly;
        this.zeros = zeros;
    }

    List<ControlBranch> branches() {
        return branches;
    }

    /**
     * What to add to the U-Net's features in a step, of the same shapes in every step: so one compiled U-Net serves those in which no
     * ControlNet runs.
     *
     * @param modelInput the U-Net's sample [batch, channels, height, width]
     * @param timestep FP32 [1]
     * @param owner owner of what is computed
     * @return the U-Net's further inputs, in its order
     */
    NDList residuals(int step, NDArray modelInput, NDArray timestep, NDManager owner) {
        NDArray sample = promptOnly ? PromptBatch.half(modelInput, 1, owner) : modelInput;
        NDList sum = new NDList();
        for (ControlBranch branch : branches) {
            if (branch.isOn(step)) {
                NDList residuals = branch.residuals(sample, timestep, owner);
                sum = sum.isEmpty() ? residuals : added(sum, residuals);
            }
        }
        if (sum.isEmpty()) {
            return zeros;
        }
        return promptOnly ? behindZeros(sum, owner) : sum;
    }

    private static NDList added(NDList a, NDList b) {
        NDList sum = new NDList();
        for (int i = 0; i < a.size(); i++) {
            sum.add(a.get(i).add(b.get(i)));
        }
        return sum;
    }

    private NDList behindZeros(NDList residuals, NDManager owner) {
        NDList padded = new NDList();
        for (int i = 0; i < residuals.size(); i++) {
            padded.add(PromptBatch.half(zeros.get(i), 0, owner).concat(residuals.get(i)));
        }
        return padded;
    }
}
