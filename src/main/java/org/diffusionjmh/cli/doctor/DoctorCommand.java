package org.diffusionjmh.cli.doctor;

import ai.djl.Device;
import ai.djl.engine.Engine;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.diffusionjmh.cache.CacheLocation;
import org.diffusionjmh.weights.HubCache;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Tells what works here. Needs no model; each finding is the result of trying, or of asking the system. */
@Command(
        name = "doctor",
        description =
                "Tells what each compiler does on this machine, and why. Ends with status 0 if something can run.")
public final class DoctorCommand implements Callable<Integer> {
    @SuppressWarnings("unused") // picocli's
    @Option(names = "--help", usageHelp = true, description = "Shows this text.")
    private boolean help;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        tell("Machine", () -> new MachineProbe().run());
        HubCache cache = new HubCache(System.getenv(), Path.of(System.getProperty("user.home")));
        tell("Hugging Face cache", () -> new HubCacheProbe(cache).run());
        tell("Compile cache", () -> new CompileCacheProbe(CacheLocation.ofThisProcess()).run());
        if (!tell("libtorch", () -> new LibtorchProbe().run())) {
            return ExitCode.SOFTWARE; // nothing runs without it
        }
        int gpus = Engine.getEngine("PyTorch").getGpuCount();
        tell("GPU", () -> new GpuProbe(gpus).run());
        tell("CPU", () -> new CpuProbe().run());
        List<CompilersProbe> compilers = new ArrayList<>();
        for (int i = 0; i < gpus; i++) {
            compilers.add(new CompilersProbe(Device.gpu(i), "cuda:" + i));
        }
        compilers.add(new CompilersProbe(Device.cpu(), "cpu"));
        compilers.forEach(probe -> tell("Compilers", probe::run));
        return compilers.stream().anyMatch(CompilersProbe::works) ? ExitCode.OK : ExitCode.SOFTWARE;
    }

    /** Prints a section, or why there is none: what is broken here is what the doctor is for. */
    private boolean tell(String title, Supplier<Section> probe) {
        PrintWriter out = spec.commandLine().getOut();
        try {
            out.println(probe.get());
            return true;
        } catch (RuntimeException | LinkageError e) {
            out.println(new Section(title, List.of("cannot be examined: " + e.getMessage())));
            return false;
        }
    }
}
