package org.diffusionjmh.cli.doctor;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.pytorch.jni.LibUtils;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.diffusionjmh.compiler.Compilers;
import org.diffusionjmh.kernel.FusedOperators;

/** The libtorch in use, and whether this project's operators can be called through it. */
final class LibtorchProbe {
    Section run() {
        Engine engine = Engine.getEngine("PyTorch");
        Path folder = Path.of(LibUtils.getLibtorchPath());
        boolean cuda = Files.exists(folder.resolve(System.mapLibraryName("torch_cuda")));
        return new Section(
                "libtorch",
                List.of(
                        engine.getVersion() + ", built for " + (cuda ? "CUDA" : "the CPU") + ", in " + folder,
                        "DJL " + Engine.getDjlVersion(),
                        "operators of this project: " + operators()));
    }

    private static String operators() {
        try {
            FusedOperators.get();
            SmallNetwork.ofOwnOperator().run(Compilers.of("none"), Device.cpu());
            return "usable";
        } catch (RuntimeException | LinkageError e) {
            return "not usable: " + e.getMessage();
        }
    }
}
