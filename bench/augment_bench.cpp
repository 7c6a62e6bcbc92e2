// SPDX-License-Identifier: MIT
/// \file
/// Augmented samples a second, as fit() gets them from a loader: augment/<shape>/loaders:<n>. Beside them the counter
/// images/s of train/cnn150, and of train/hippocampus48 for volumes, says how many a training step takes in.
#include <benchmark/benchmark.h>

#include <ctnn/ctnn.hpp>
#include <vector>

namespace {

namespace nn = ctnn;

/// What Keras' own example of ImageDataGenerator asks for: rotation, shifts, shear, zoom and a flip. With all, what
/// costs most besides: elastic deformation, noise, blur, gamma and a bias field.
nn::augmentation changes(bool all, bool deep) {
    nn::augmentation by{.rotation_range = 40,
                        .width_shift_range = 0.2,
                        .height_shift_range = 0.2,
                        .shear_range = 0.2,
                        .zoom_range = {0.8, 1.2},
                        .horizontal_flip = true,
                        .rescale = 1.0 / 255};
    if (deep) by.tilt_range = 10;
    if (!all) return by;
    by.noise_range = 0.1;
    by.blur_range = {0, 1};
    by.gamma_range = {0.8, 1.2};
    by.bias_field_range = 0.2;
    by.elastic_alpha = 20;
    return by;
}

template <class Shape>
nn::dataset<Shape> numbers(nn::extent samples, bool masks) {
    nn::dataset<Shape> data;
    const nn::random_stream random(nn::seed{1}, 0);
    for (nn::extent i = 0; i < samples * Shape::size; ++i)
        data.inputs.push_back(static_cast<float>(random.uniform(static_cast<std::uint64_t>(i))));
    data.labels.assign(
        static_cast<std::size_t>(masks ? samples * Shape::size / nn::dims_of<Shape>.channels() : samples), 1);
    return data;
}

template <class Shape, bool All, bool Masks>
void deliver(benchmark::State& state) {
    constexpr nn::extent batch = 8, samples = 32;
    const nn::augmented<Shape> data(numbers<Shape>(samples, Masks), changes(All, nn::dims_of<Shape>.rank == 4));
    std::vector<nn::extent> order(samples);
    nn::batch_loader<nn::augmented<Shape>> loader(data, batch, state.range(0), 2);
    nn::extent epoch = 0, delivered = 0;
    for (auto _ : state) {
        nn::shuffle(order, nn::seed{1}, static_cast<std::uint64_t>(++epoch));
        loader.begin(order.data(), samples, epoch);
        for (nn::extent first = 0; first < samples; first += batch) benchmark::DoNotOptimize(loader.next().inputs()[0]);
        delivered += samples;
    }
    state.counters["images/s"] = benchmark::Counter(static_cast<double>(delivered), benchmark::Counter::kIsRate);
}

using picture = nn::shape<150, 150, 3>;
using patch = nn::shape<48, 64, 48, 1>;
#define AUGMENT_BENCH(name, ...)    \
    BENCHMARK(deliver<__VA_ARGS__>) \
        ->Name(name)                \
        ->ArgName("loaders")        \
        ->Arg(0)                    \
        ->Arg(1)                    \
        ->Arg(2)                    \
        ->UseRealTime()             \
        ->Unit(benchmark::kMillisecond)
AUGMENT_BENCH("augment/150x150x3", picture, false, false);
AUGMENT_BENCH("augment/150x150x3/all", picture, true, false);
AUGMENT_BENCH("augment/48x64x48x1+mask", patch, false, true);

}  // namespace
