package org.diffusionjmh.pipeline;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import java.util.Optional;
import org.diffusionjmh.compiler.ShapedModules;
import org.diffusionjmh.model.UNet2DConditionConfig;
import org.diffusionjmh.model.UNetPart;

/** The U-Net of a pipeline, compiled for each size it is used at, as a whole or in parts. */
final class UNetDenoiser implements Denoiser {
    private final ShapedModules<SizedPart> modules;
    private final Optional<StepModules<SizedPart>> wholeSteps;
    private final UNet2DConditionConfig config;

    /** A part of the U-Net at some size. */
    record SizedPart(UNetPart part, Sizes sizes) {}

    /**
     * @param wholeSteps the steps around it, for a compiler that takes them
     */
    UNetDenoiser(
            ShapedModules<SizedPart> modules,
            Optional<StepModules<SizedPart>> wholeSteps,
            UNet2DConditionConfig config) {
        this.modules = modules;
        this.wholeSteps = wholeSteps;
        this.config = config;
    }

    @Override
    public Steps steps(Conditioning conditioning, Guidance guidance, RunPlan plan, NDManager manager) {
        Optional<FeatureCache> cache = plan.deepCache()
                .map(options -> new FeatureCache(
                        options.cacheInterval(), config.skip(options.cacheLayerId(), options.cacheBlockId()), manager));
        return wholeSteps
                .flatMap(steps -> steps.form(conditioning, guidance, plan.sampling())
                        .<Steps>map(form -> new WholeSteps(
                                form,
                                runs(steps, form, Sizes.of(conditioning, guidance, plan), cache),
                                conditioning,
                                guidance,
                                plan,
                                manager)))
                .orElseGet(
                        () -> new SeparateSteps(predictor(conditioning, cache), conditioning, guidance, plan, manager));
    }

    private static WholeSteps.Modules runs(
            StepModules<SizedPart> steps, StepForm form, Sizes sizes, Optional<FeatureCache> cache) {
        return (step, inputs, owner) ->
                run(cache, step, inputs, (part, given) -> steps.of(new SizedPart(part, sizes), form)
                        .run(step, given, owner));
    }

    private Predictor predictor(Conditioning conditioning, Optional<FeatureCache> cache) {
        return (step, sample, timestep, owner) -> run(
                        cache, step, conditioning.inputs(step, sample, timestep, owner), (part, inputs) -> modules.of(
                                        new SizedPart(part, Sizes.of(sample, conditioning.encoderHiddenStates())))
                                .run(inputs, owner))
                .singletonOrThrow();
    }

    private static NDList run(Optional<FeatureCache> cache, int step, NDList inputs, FeatureCache.Parts parts) {
        return cache.isPresent() ? cache.get().run(step, inputs, parts) : parts.run(new UNetPart.Whole(), inputs);
    }

    @Override
    public void close() {
        modules.close();
        wholeSteps.ifPresent(StepModules::close);
    }
}
