// SPDX-License-Identifier: MIT
/// \file
/// Recurrent layers and attention against the multiply-add peak of the same minute: lstm/<inputs->units>/<steps>/...,
/// gru/..., rnn/..., and attention/<tokens>/<plain|causal|masked>/..., of 3 heads of 64 numbers as in encoder196. Last
/// come engine, forward or backward, and batch:<n>. "% of bound" counts the exponential functions beside the
/// multiply-adds: five of a unit's step in an lstm, one of each score that attention sees. "bytes" is the memory of a
/// thread, which is linear in the tokens. One thread; processor time.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <string>

#include "ctnn/core/storage.hpp"
#include "ctnn/layers/attention.hpp"
#include "ctnn/layers/gru.hpp"
#include "ctnn/layers/lstm.hpp"
#include "ctnn/layers/rnn.hpp"
#include "peak.hpp"

namespace {

using ctnn::batch_view, ctnn::extent;

enum class pass { engine, forward, backward };

ctnn::aligned_block<float> some_block(extent count) {
    ctnn::aligned_block<float> numbers(count);
    for (extent i = 0; i < count; ++i) numbers[i] = static_cast<float>(i * 37 % 101 - 50) / 100.0F;
    return numbers;
}

/// Operands of one layer, and the call that is measured. Masked: a fifth of the steps is absent.
template <class Layer, ctnn::dims In, pass Which, bool Masked>
void run(benchmark::State& state, extent exponentials) {
    static constexpr ctnn::operation op = Layer::lower(In).what;
    const extent samples = state.range(0), steps = op.in.positions();
    const auto block_of = [&](const ctnn::dims& shape) { return some_block(samples * shape.size()); };
    auto x = block_of(op.in), y = block_of(op.out), dy = block_of(op.out), dx = block_of(op.in);
    auto mask = some_block(samples * steps);
    for (extent i = 0; i < samples * steps; ++i) mask[i] = i % steps < steps * 4 / 5 ? 1.0F : 0.0F;
    auto parameters = some_block(op.parameter_count()), gradients = some_block(op.parameter_count());
    auto packed = some_block(op.packed), scratch = some_block(op.scratch);
    auto thread_scratch = some_block(ctnn::round_up(op.thread_scratch));
    auto kept = some_block(samples * ctnn::round_up(op.kept));

    ctnn::forward_call<float> forward{.op = op,
                                      .x = batch_view<float>::dense(x.data(), op.in, samples),
                                      .other = {},
                                      .y = batch_view<float>::dense(y.data(), op.out, samples)};
    ctnn::backward_call<float> backward{.op = op,
                                        .x = forward.x,
                                        .other = {},
                                        .y = forward.y,
                                        .dy = batch_view<float>::dense(dy.data(), op.out, samples),
                                        .dx = batch_view<float>::dense(dx.data(), op.in, samples)};
    if (Masked) forward.mask = backward.mask = batch_view<float>::dense(mask.data(), ctnn::make_dims(steps), samples);
    forward.parameters = backward.parameters = parameters.data();
    forward.scratch = backward.scratch = scratch.data();
    forward.thread_scratch = backward.thread_scratch = thread_scratch.data();
    forward.kept = backward.kept = Which == pass::engine || op.kept == 0 ? nullptr : kept.data();
    backward.gradients = gradients.data();
    if constexpr (Which == pass::engine && op.packed > 0) {
        Layer::template pack<float>({.op = op, .parameters = parameters.data(), .to = packed.data()});
        forward.parameters = packed.data();
    }
    const auto call = [&] {
        if constexpr (Which == pass::engine && op.packed > 0)
            Layer::infer(forward);
        else if constexpr (Which != pass::backward)
            Layer::forward(forward);
        else
            Layer::backward(backward);
    };
    if (Which == pass::backward) Layer::forward(forward);  // fills what is kept
    call();
    double peak = bench::peak_flops<float>();
    double taken = bench::processor_seconds();
    for (auto _ : state) {
        call();
        benchmark::ClobberMemory();
    }
    taken = (bench::processor_seconds() - taken) / static_cast<double>(state.iterations());
    peak = (peak + bench::peak_flops<float>()) / 2;
    // Backwards attention computes its scores again: five products in place of two.
    const double products = Which != pass::backward ? 1 : op.packed > 0 ? 2 : 2.5;
    const double work = 2.0 * products * static_cast<double>(op.multiply_adds * samples);
    double least = work / peak;
    if (Which != pass::backward || op.packed == 0)
        least += static_cast<double>(exponentials * samples) * bench::exponential_seconds();
    state.counters["GFLOP/s"] = work / taken * 1e-9;
    state.counters["% of peak"] = 100 * work / (taken * peak);
    state.counters["% of bound"] = 100 * least / taken;
    state.counters["bytes"] = static_cast<double>(op.thread_scratch) * sizeof(float);
}

template <class Layer, ctnn::dims In, bool Masked = false>
void add(const std::string& name, extent exponentials, std::initializer_list<extent> batches) {
    const auto one = [&](const char* what, auto* function) {
        for (const extent batch : batches)
            benchmark::RegisterBenchmark((name + "/" + what).c_str(), function, exponentials)
                ->Arg(batch)
                ->ArgName("batch")
                ->Unit(benchmark::kMicrosecond);
    };
    if (Layer::lower(In).what.packed > 0) one("engine", &run<Layer, In, pass::engine, Masked>);
    one("forward", &run<Layer, In, pass::forward, Masked>);
    one("backward", &run<Layer, In, pass::backward, Masked>);
}

template <extent Tokens>
void add_attention() {
    using namespace ctnn;
    const std::string name = "attention/" + std::to_string(Tokens);
    constexpr extent scores = 3 * Tokens * Tokens;
    constexpr dims in = make_dims(Tokens, 3 * 192);
    using plain = scaled_dot_product_attention<heads<3>>;
    add<plain, in>(name + "/plain", scores, {1, 8});
    add<scaled_dot_product_attention<heads<3>, causal>, in>(name + "/causal", 3 * Tokens * (Tokens + 1) / 2, {1, 8});
    add<plain, in, true>(name + "/masked", scores, {1, 8});
}

const bool registered = [] {
    using namespace ctnn;
    add<lstm<64>, make_dims(100, 64)>("lstm/64->64/100", 100 * 64 * 5, {1, 32});
    add<lstm<17>, make_dims(100, 3)>("lstm/3->17/100", 100 * 17 * 5, {1, 32});
    add<lstm<256>, make_dims(100, 128)>("lstm/128->256/100", 100 * 256 * 5, {1, 32});
    add<gru<64>, make_dims(100, 64)>("gru/64->64/100", 100 * 64 * 3, {1, 32});
    add<gru<256>, make_dims(100, 128)>("gru/128->256/100", 100 * 256 * 3, {1, 32});
    add<rnn<64>, make_dims(100, 64)>("rnn/64->64/100", 100 * 64, {1, 32});
    add_attention<64>();
    add_attention<196>();
    add_attention<1024>();
    return true;
}();

}  // namespace
