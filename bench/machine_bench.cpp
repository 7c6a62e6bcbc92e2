// SPDX-License-Identifier: MIT
/// \file
/// What the machine gives to one thread and to two at once, whatever the library does with it: peak/threads:<n>, the
/// multiply-adds that every "% of peak" is held against, and memory/<MB>/threads:<n>, the reading of so much memory,
/// which every network pays for its weights. The second over the first is the most that two threads can gain.
#include <benchmark/benchmark.h>

#include "peak.hpp"

namespace {

void run_peak(benchmark::State& state) {
    double best = 0;
    for (auto _ : state) {
        const double found = bench::peak_flops(state.range(0));
        best = found > best ? found : best;
    }
    state.counters["GFLOP/s"] = best * 1e-9;
}

void run_read(benchmark::State& state) {
    double best = 0;
    for (auto _ : state) {
        const double found = bench::stream_rate(state.range(0) << 20, state.range(1));
        best = found > best ? found : best;
    }
    state.counters["GB/s"] = best * 1e-9;
}

BENCHMARK(run_peak)->Name("peak")->ArgName("threads")->Arg(1)->Arg(2)->Iterations(5)->UseRealTime();
BENCHMARK(run_read)
    ->Name("memory")
    ->ArgNames({"MB", "threads"})
    ->ArgsProduct({{1, 4, 16, 37, 64, 128}, {1, 2}})
    ->Iterations(3)
    ->UseRealTime();

}  // namespace
