package org.diffusionjmh.nvml;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.LongByReference;
import com.sun.jna.ptr.PointerByReference;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A driver of one GPU that answers what a test has set; what it has not, is not supported. */
final class FakeNvml implements NvmlCalls {
    private static final int NOT_SUPPORTED = 3;
    private static final int NOT_FOUND = 6;
    private static final Pointer GPU = new Pointer(0x1234);

    final Map<String, Object> answers = new HashMap<>();
    final List<long[]> processes = new ArrayList<>();
    final List<long[]> utilization = new ArrayList<>();
    final List<String> handlesAskedFor = new ArrayList<>();

    @Override
    public int call(String function, Object... arguments) {
        if (function.equals("nvmlInit_v2")) {
            return SUCCESS;
        }
        if (function.startsWith("nvmlDeviceGetHandleBy")) {
            handlesAskedFor.add(function + " " + arguments[0]);
            ((PointerByReference) arguments[1]).setValue(GPU);
            return SUCCESS;
        }
        if (function.startsWith("nvmlDevice") && !GPU.equals(arguments[0])) {
            throw new AssertionError(function + " is not called with the GPU's handle");
        }
        return switch (function) {
            case "nvmlDeviceGetComputeRunningProcesses_v3" ->
                processes((IntByReference) arguments[1], (Pointer) arguments[2]);
            case "nvmlDeviceGetSamples" ->
                samples((long) arguments[2], (IntByReference) arguments[4], (Pointer) arguments[5]);
            default -> answer(function, arguments);
        };
    }

    private int answer(String function, Object... arguments) {
        Object answer = answers.get(function);
        Object target = arguments[arguments.length - 1];
        if (answer == null) {
            return NOT_SUPPORTED;
        }
        if (answer instanceof String text) {
            byte[] bytes = (text + "\0").getBytes(StandardCharsets.UTF_8);
            ((Memory) arguments[arguments.length - 2]).write(0, bytes, 0, bytes.length);
        } else if (target instanceof IntByReference number) {
            number.setValue((int) answer);
        } else if (target instanceof LongByReference number) {
            number.setValue((long) answer);
        } else if (answer instanceof Long number) {
            ((Memory) target).setLong(0, number);
        } else {
            ((Memory) target).setInt(0, (int) answer);
        }
        return SUCCESS;
    }

    private int processes(IntByReference count, Pointer infos) {
        boolean fits = count.getValue() >= processes.size();
        count.setValue(processes.size());
        if (!fits) {
            return INSUFFICIENT_SIZE;
        }
        for (int i = 0; i < processes.size(); i++) {
            infos.setInt(24L * i, (int) processes.get(i)[0]);
            infos.setLong(24L * i + 8, processes.get(i)[1]);
        }
        return SUCCESS;
    }

    /** As the driver: without a buffer, the number of samples it could give at most. */
    private int samples(long after, IntByReference count, Pointer samples) {
        List<long[]> newer =
                utilization.stream().filter(sample -> sample[0] > after).toList();
        if (newer.isEmpty()) {
            return NOT_FOUND;
        }
        if (samples != null) {
            for (int i = 0; i < newer.size(); i++) {
                samples.setLong(16L * i, newer.get(i)[0]);
                samples.setInt(16L * i + 8, (int) newer.get(i)[1]);
            }
        }
        count.setValue(newer.size());
        return SUCCESS;
    }
}
