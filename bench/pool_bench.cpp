// SPDX-License-Identifier: MIT
/// \file
/// Pooling layers against the speed at which the same process reads as many bytes at that moment:
/// pool/<layer>/<image>/batch:<n>. One thread; processor time.
#include <benchmark/benchmark.h>

#include <string>

#include "ctnn/kernels/pool.hpp"
#include "ctnn/layers/avg_pool.hpp"
#include "ctnn/layers/global_pool.hpp"
#include "ctnn/layers/max_pool.hpp"
#include "workload.hpp"

namespace {

using ctnn::extent;

/// A view of a batch without borders.
template <class T>
ctnn::batch_view<T> dense_view(T* data, const ctnn::dims& shape, extent samples) {
    const extent row = shape.width() * shape.channels(), plane = shape.height() * row;
    return {data, shape, samples, shape.size(), {plane, row, shape.channels()}};
}

template <class Layer, ctnn::dims In, ctnn::kernels::pool Kind>
void run(benchmark::State& state) {
    static constexpr ctnn::operation op = Layer::lower(In).what;
    const extent samples = state.range(0);
    const std::vector<float> x = bench::some_numbers(samples * op.in.size());
    std::vector<float> y(static_cast<std::size_t>(samples * op.out.size()));
    const auto call = [&] {
        ctnn::kernels::pool_forward<Kind, float>(op, dense_view(x.data(), op.in, samples),
                                                 dense_view(y.data(), op.out, samples), 1);
    };
    call();
    for (auto _ : state) {
        call();
        benchmark::ClobberMemory();
    }
    const auto times = static_cast<double>(state.iterations());
    const extent numbers = samples * (op.in.size() + op.out.size()), bytes = numbers * extent{sizeof(float)};
    const double moved = static_cast<double>(bytes) * times;
    using benchmark::Counter;
    state.counters["GB/s"] = Counter(moved * 1e-9, Counter::kIsRate);
    state.counters["% of bound"] = Counter(100 * moved / bench::stream_rate(bytes), Counter::kIsRate);
    const extent taps = op.window.kernel[0] * op.window.kernel[1] * op.window.kernel[2];
    const double operations = static_cast<double>(samples * op.out.size() * taps) * times;
    state.counters["GFLOP/s"] = Counter(operations * 1e-9, Counter::kIsRate);
    state.counters["% of peak"] = Counter(100 * operations / bench::peak_flops(), Counter::kIsRate);
}

const bool registered = [] {
    using namespace ctnn;
    const auto add = [](const char* name, auto* function) {
        for (const extent samples : {1, 8})
            benchmark::RegisterBenchmark(name, function)->Arg(samples)->ArgName("batch");
    };
    using kernels::pool;
    add("pool/max_2/32@148", &run<max_pool<>, make_dims(148, 148, 32), pool::maximum>);
    add("pool/max_2/128@34", &run<max_pool<>, make_dims(34, 34, 128), pool::maximum>);
    add("pool/max_2/16@32", &run<max_pool<>, make_dims(32, 32, 16), pool::maximum>);
    add("pool/max_3:2/64@112", &run<max_pool<3, stride<2>, padding<1>>, make_dims(112, 112, 64), pool::maximum>);
    add("pool/avg_2/64@56", &run<avg_pool<>, make_dims(56, 56, 64), pool::average>);
    add("pool/global_avg/512@7", &run<global_avg_pool, make_dims(7, 7, 512), pool::average>);
    return true;
}();

}  // namespace
