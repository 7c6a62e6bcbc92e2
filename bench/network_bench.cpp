// SPDX-License-Identifier: MIT
/// \file
/// Inference and training steps of the reference networks: infer/<network>/batch:<n>/threads:<n>, train/... .
///
/// Counters: GFLOP/s, the share of the FMA peak that was measured in this process in the same minute (times the number
/// of threads), and the bytes of memory that the network needs besides its parameters. A training step is counted as
/// three times the multiply-adds of inference: forward, and the gradients of weights and of inputs.
#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "networks.hpp"
#include "peak.hpp"

namespace {

namespace nn = ctnn;

/// Numbers of about the size of normalized pixels, the same in every run.
std::vector<float> some_numbers(nn::extent count) {
    std::vector<float> numbers(static_cast<std::size_t>(count));
    const nn::random_stream random(nn::seed{1}, 0);
    for (std::size_t i = 0; i < numbers.size(); ++i) numbers[i] = static_cast<float>(random.uniform(i) - 0.5);
    return numbers;
}

void report(benchmark::State& state, double flops, nn::extent threads, nn::extent bytes) {
    const double per_second = flops * static_cast<double>(state.iterations());
    state.counters["GFLOP/s"] = benchmark::Counter(per_second * 1e-9, benchmark::Counter::kIsRate);
    state.counters["%peak"] =
        benchmark::Counter(100 * per_second * 1e-9 / (bench::peak_flops() * 1e-9 * static_cast<double>(threads)),
                           benchmark::Counter::kIsRate);
    state.counters["bytes"] = static_cast<double>(bytes);
}

template <class Net>
void infer(benchmark::State& state) {
    const nn::extent batch = state.range(0), threads = state.range(1);
    const nn::model<Net> model{nn::seed{1}};
    auto engine = nn::freeze(model, {.max_batch = batch, .threads = threads});
    const std::vector<float> images = some_numbers(batch * Net::input::size);
    std::vector<float> scores(static_cast<std::size_t>(batch * Net::output::size));
    for (auto _ : state) {
        engine(images.data(), scores.data(), batch);
        benchmark::DoNotOptimize(scores.data());
    }
    report(state, 2.0 * static_cast<double>(Net::multiply_adds * batch), threads, nn::engine<Net>::bytes(batch));
}

template <class Net, class Loss>
void train(benchmark::State& state) {
    const nn::extent batch = state.range(0), threads = state.range(1);
    using pass_type = nn::training_pass<Net, Loss>;
    nn::model<Net> model{nn::seed{1}};
    nn::gradient<Net> gradient;
    const nn::adam descent{};
    nn::optimizer_state<nn::adam, Net> memory(descent);
    pass_type pass{{.max_batch = batch, .threads = threads}};
    const std::vector<float> images = some_numbers(batch * Net::input::size);
    const std::vector<float> values(static_cast<std::size_t>(batch * Net::output::size), 0.5F);
    for (auto _ : state) {
        pass.forward(model, images.data(), batch);
        benchmark::DoNotOptimize(pass.loss(Loss{}, {.values = values.data()}));
        gradient.fill_zero();
        pass.backward(model, gradient);
        memory.step(descent, model, gradient, threads);
    }
    report(state, 6.0 * static_cast<double>(Net::multiply_adds * batch), threads, pass_type::bytes(batch));
}

template <class Net, class Loss>
void add(const std::string& name, std::vector<nn::extent> infer_batches, std::vector<nn::extent> train_batches) {
    for (const nn::extent threads : {1, 2}) {
        for (const nn::extent batch : infer_batches)
            benchmark::RegisterBenchmark(("infer/" + name).c_str(), infer<Net>)
                ->ArgNames({"batch", "threads"})
                ->Args({batch, threads})
                ->Unit(benchmark::kMillisecond)
                ->UseRealTime();
        for (const nn::extent batch : train_batches)
            benchmark::RegisterBenchmark(("train/" + name).c_str(), train<Net, Loss>)
                ->ArgNames({"batch", "threads"})
                ->Args({batch, threads})
                ->Unit(benchmark::kMillisecond)
                ->UseRealTime();
    }
}

const bool registered = [] {
    add<networks::cnn150, nn::cross_entropy>("cnn150", {1, 32}, {32});
    add<networks::net32, nn::binary_cross_entropy>("net32", {1, 32}, {32});
    add<networks::unet256, nn::binary_cross_entropy>("unet256", {1}, {2});
    add<networks::autoencoder784, nn::mean_squared_error>("autoencoder784", {1, 32}, {32});
    add<networks::resnet18, nn::cross_entropy>("resnet18", {1}, {});
    return true;
}();

}  // namespace
