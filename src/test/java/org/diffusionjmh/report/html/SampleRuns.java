package org.diffusionjmh.report.html;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.diffusionjmh.image.RgbImage;
import org.diffusionjmh.report.compare.GeneratedRun;

/** Writes a run with all the files that it can have. */
final class SampleRuns {
    static final String GENERATE = "p.Model.generate";

    private SampleRuns() {}

    /** Two compilers at two resolutions, three forks of two iterations, pictures that differ in one value, marks, a failure. */
    static Path write(Path folder, String name) throws IOException {
        GeneratedRun run = new GeneratedRun("compiler", "resolution");
        for (String resolution : new String[] {"512", "1024"}) {
            double scale = Double.parseDouble(resolution) / 512;
            for (String compiler : new String[] {"none", "fused"}) {
                double time = scale * (compiler.equals("none") ? 100 : 60);
                run.forks(
                        GENERATE,
                        new double[][] {{time, time + 1}, {time + 2, time + 1}, {time, time + 3}},
                        compiler,
                        resolution);
                double first = compiler.equals("none") ? 1 : 3;
                run.row(GENERATE + ":warmup", "ss", 3, first, 0.1, "s", compiler, resolution);
                run.row(GENERATE + ":memory.peak", "ss", 6, 1000 * scale, Double.NaN, "MiB", compiler, resolution);
                run.row(GENERATE + ":iterations.per.second", "ss", 6, 1000 / time, 0.5, "1/s", compiler, resolution);
            }
        }
        picture(0).write(folder.resolve(name + ".pictures/none.png"));
        picture(9).write(folder.resolve(name + ".pictures/fused.png"));
        Files.writeString(
                folder.resolve(name + ".pictures.csv"),
                "benchmark,params,file,psnr,ssim,maxDifference\n"
                        + GENERATE + ",compiler=none;resolution=512," + name + ".pictures/none.png,Infinity,1.0,0\n"
                        + GENERATE + ",compiler=fused;resolution=512," + name + ".pictures/fused.png,41.5,0.987,9\n"
                        + GENERATE + ",compiler=fused;resolution=1024," + name + ".pictures/missing.png,,,\n");
        Files.writeString(folder.resolve(name + ".environment.json"), """
                {"machine": "one & only", "gpu": {"name": "NVIDIA H200"}, "start": "2026-11-25T00:10:00Z",
                 "git": {"commit": "0123456789abcdef", "dirty": true}, "marks": ["synthetic weights"],
                 "failures": [{"benchmark": "p.Model.step", "params": "compiler=fused", "fork": 1, "kind": "OOM", "reason": "full"}],
                 "rows": [{"benchmark": "p.Model.generate", "params": "compiler=fused;resolution=512", "marks": ["fallback: x"]}]}
                """);
        return run.write(folder.resolve(name + ".csv"));
    }

    private static RgbImage picture(int value) {
        byte[] pixels = new byte[16 * 16 * RgbImage.CHANNELS];
        pixels[0] = (byte) value;
        return RgbImage.of(16, 16, pixels);
    }
}
