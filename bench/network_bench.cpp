// SPDX-License-Identifier: MIT
/// \file
/// Inference and training steps of the reference network CTNN_NETWORK: infer/<network>/batch:<n>/threads:<n>,
/// train/<network>/... . Compiled once for each network.
///
/// Counters: GFLOP/s; % of peak, the share of the multiply-add peak of as many threads that this process measured
/// around the run; % of bound, the share of the speed at which the multiply-adds or the reading of all parameters,
/// whatever takes longer, would fill the time; images/s, samples a second; the bytes of memory that the network needs
/// besides its parameters. The time is the processor's for one thread, the clock's for more.
#include <benchmark/benchmark.h>

#include <string>

#include "workload.hpp"

namespace {

namespace nn = ctnn;
using network = networks::CTNN_NETWORK;

#define BENCH_TEXT(word) #word
#define BENCH_TEXT_OF(macro) BENCH_TEXT(macro)
const std::string name = BENCH_TEXT_OF(CTNN_NETWORK);

template <class Work>
void run(benchmark::State& state) {
    const nn::extent threads = state.range(1);
    Work work(state.range(0), threads);
    work();
    double peak = bench::peak_flops(threads);
    const auto seconds = [&] { return threads == 1 ? bench::processor_seconds() : bench::clock_seconds(); };
    double taken = seconds();
    for (auto _ : state) {
        work();
        benchmark::ClobberMemory();
    }
    taken = (seconds() - taken) / static_cast<double>(state.iterations());
    peak = (peak + bench::peak_flops(threads)) / 2;
    state.counters["GFLOP/s"] = work.operations() / taken * 1e-9;
    state.counters["% of peak"] = 100 * work.operations() / (taken * peak);
    state.counters["% of bound"] =
        100 * bench::least_seconds<network>(work.operations(), work.samples(), peak, threads) / taken;
    state.counters["images/s"] = static_cast<double>(state.range(0)) / taken;
    state.counters["bytes"] = static_cast<double>(work.bytes());
}

const bool registered = [] {
    constexpr bool large = network::multiply_adds > 1'000'000'000 || network::output_dims.rank > 1;
    for (const nn::extent threads : {1, 2}) {
        const auto add = [&](const std::string& what, auto* function, nn::extent batch) {
            benchmark::RegisterBenchmark((what + "/" + name).c_str(), function)
                ->ArgNames({"batch", "threads"})
                ->Args({batch, threads})
                ->Unit(benchmark::kMicrosecond);
        };
        for (const nn::extent batch : {1, large ? 4 : 32}) add("infer", &run<bench::inference<network>>, batch);
        add("train", &run<bench::training<network, bench::loss_of<network>::type>>, large ? 4 : 32);
    }
    return true;
}();

}  // namespace
