// SPDX-License-Identifier: MIT
/// \file
/// Convolutions and dense layers of the reference networks and the shapes that are hard for them, against the
/// multiply-add peak of the same minute: conv/<filters and image>/<pass>/batch:<n>, dense/<inputs->outputs>/... . "% of
/// bound" is the share of the speed at which the multiply-adds, or the reading of all weights, would fill the time.
/// One thread; processor time. A gradient is counted with the forward pass's operations, although the input's
/// gradient of a valid convolution has more positions than that.
#include <benchmark/benchmark.h>

#include <string>

#include "ctnn/layers/conv.hpp"
#include "ctnn/layers/convolution_gradient_code.hpp"
#include "ctnn/layers/dense.hpp"
#include "peak.hpp"

namespace {

using ctnn::extent;

/// A batch with a border of zeros and values of about unit size.
struct values {
    ctnn::batch_view<float> view;
    ctnn::aligned_block<float> block;
    values(ctnn::dims shape, extent samples, extent border = 0) {
        view.shape = shape;
        view.count = samples;
        extent size = shape.channels();
        for (int a = 2; a >= 0; --a) {
            view.step[a] = size;
            size *= shape.axis[a] + (a > 0 && shape.axis[a] > 1 ? 2 * border : 0);
        }
        view.sample = size;
        block = ctnn::aligned_block<float>(size * samples);
        view.data = block.data() + (shape.width() > 1 ? border * (view.step[1] + view.step[2]) : 0);
        unsigned state = 1;
        for (extent s = 0; s < samples; ++s)
            for (extent d = 0; d < shape.depth(); ++d)
                for (extent h = 0; h < shape.height(); ++h)
                    for (extent i = 0; i < shape.width() * shape.channels(); ++i) {
                        state = state * 1664525U + 1013904223U;
                        view.at(s, d, h, 0)[i] = static_cast<float>(state >> 8) / 16777216.0F - 0.5F;
                    }
    }
};

enum class pass { engine, forward, input_gradient, weight_gradient };

/// Operands of one layer, and the call that is measured.
template <class Layer, ctnn::dims In, pass Which>
void run(benchmark::State& state) {
    static constexpr ctnn::operation op = Layer::lower(In).what;
    const extent samples = state.range(0);
    const values x(op.in, samples), dy(op.out, samples, op.window.kernel[2] - 1);
    const values y(op.out, samples), dx(op.in, samples);
    ctnn::aligned_block<float> parameters(op.parameter_count()), gradients(op.parameter_count());
    ctnn::aligned_block<float> packed(ctnn::packed_size(op)), scratch(ctnn::convolution_scratch(op));
    ctnn::aligned_block<float> thread_scratch(ctnn::thread_scratch(op, true));
    for (extent i = 0; i < parameters.size(); ++i) parameters[i] = static_cast<float>(i % 17 - 8) / 64.0F;
    ctnn::pack_convolution<float>(op, parameters.data(), nullptr, nullptr, nullptr, packed.data());

    ctnn::forward_call<float> forward{.op = op, .x = x.view, .other = {}, .y = y.view};
    forward.parameters = Which == pass::engine ? packed.data() : parameters.data();
    forward.scratch = scratch.data();
    ctnn::backward_call<float> backward{.op = op, .x = x.view, .other = {}, .y = y.view, .dy = dy.view, .dx = dx.view};
    backward.parameters = parameters.data();
    backward.gradients = gradients.data();
    backward.scratch = scratch.data();
    forward.thread_scratch = backward.thread_scratch = thread_scratch.data();
    const auto call = [&] {
        if constexpr (Which == pass::engine)
            ctnn::convolution_engine_forward<float, ctnn::forward_key<float>(op)>(forward);
        else if constexpr (Which == pass::forward)
            ctnn::convolution_forward<float, ctnn::forward_key<float>(op)>(forward);
        else if constexpr (Which == pass::weight_gradient)
            ctnn::convolution_weight_gradient<float, ctnn::weight_gradient_key<float>(op)>(backward);
        else if constexpr (ctnn::is_dense(op))
            ctnn::dense_layer_input_gradient<float>(backward);
        else if constexpr (ctnn::input_gradient_key<float>(op).winograd != 0)
            ctnn::winograd_input_gradient<float, ctnn::input_gradient_key<float>(op)>(backward);
        else
            ctnn::convolution_input_gradient<float, ctnn::input_gradient_key<float>(op)>(backward);
    };
    call();
    double peak = bench::peak_flops<float>();
    for (auto _ : state) {
        call();
        benchmark::ClobberMemory();
    }
    peak = (peak + bench::peak_flops<float>()) / 2;
    const double work = 2.0 * static_cast<double>(op.multiply_adds * samples) * static_cast<double>(state.iterations());
    state.counters["GFLOP/s"] = benchmark::Counter(work * 1e-9, benchmark::Counter::kIsRate);
    state.counters["% of peak"] = benchmark::Counter(100.0 * work / peak, benchmark::Counter::kIsRate);
    const extent bytes = op.parameter_count() * static_cast<extent>(sizeof(float));
    const double computing = 2.0 * static_cast<double>(op.multiply_adds * samples) / peak;
    const double reading = static_cast<double>(bytes) / bench::stream_rate(bytes);
    const double least = computing > reading ? computing : reading;
    state.counters["% of bound"] =
        benchmark::Counter(100.0 * least * static_cast<double>(state.iterations()), benchmark::Counter::kIsRate);
    state.counters["peak"] = peak * 1e-9;
}

template <class Layer, ctnn::dims In, bool InputGradient = true>
void add(const std::string& name, extent samples) {
    const auto one = [&](const char* what, auto* function) {
        benchmark::RegisterBenchmark((name + "/" + what).c_str(), function)->Arg(samples)->ArgName("batch");
    };
    one("engine", &run<Layer, In, pass::engine>);
    one("forward", &run<Layer, In, pass::forward>);
    if constexpr (InputGradient) one("input_gradient", &run<Layer, In, pass::input_gradient>);
    one("weight_gradient", &run<Layer, In, pass::weight_gradient>);
}

const bool registered = [] {
    using ctnn::conv, ctnn::dense, ctnn::make_dims, ctnn::groups, ctnn::stride;
    add<conv<32>, make_dims(150, 150, 3), false>("conv/3->32@150", 8);
    add<conv<64>, make_dims(74, 74, 32)>("conv/32->64@74", 8);
    add<conv<128>, make_dims(36, 36, 64)>("conv/64->128@36", 8);
    add<conv<128>, make_dims(17, 17, 128)>("conv/128->128@17", 16);
    add<conv<24>, make_dims(36, 36, 24)>("conv/24->24@36", 8);
    add<conv<23>, make_dims(36, 36, 23)>("conv/23->23@36", 8);
    add<conv<17>, make_dims(36, 36, 17)>("conv/17->17@36", 8);
    add<conv<16>, make_dims(36, 36, 16)>("conv/16->16@36", 8);
    add<conv<16>, make_dims(34, 34, 1), false>("conv/1->16@34", 8);
    add<conv<64, 7, stride<2>>, make_dims(229, 229, 3), false>("conv/7x7:2/3->64@229", 1);
    add<conv<128, 1, stride<2>>, make_dims(56, 56, 64)>("conv/1x1:2/64->128@56", 4);
    add<conv<64, 1>, make_dims(28, 28, 256)>("conv/1x1/256->64@28", 4);
    add<conv<32, 3, groups<32>>, make_dims(58, 58, 32)>("conv/depthwise/32@58", 4);
    add<conv<32, 3, groups<8>>, make_dims(58, 58, 32)>("conv/groups:8/32@58", 4);
    add<conv<512>, make_dims(9, 9, 512)>("conv/512->512@9", 1);
    add<conv<16>, make_dims(50, 66, 50, 16), false>("conv/3x3x3/16->16@48x64x48", 1);
    add<conv<32>, make_dims(50, 66, 50, 32), false>("conv/3x3x3/32->32@48x64x48", 1);
    add<conv<64>, make_dims(50, 66, 50, 64), false>("conv/3x3x3/64->64@48x64x48", 1);
    for (const extent samples : {1, 32}) {
        add<dense<512>, make_dims(6272)>("dense/6272->512", samples);
        add<dense<64>, make_dims(784)>("dense/784->64", samples);
        add<dense<32>, make_dims(64)>("dense/64->32", samples);
        add<dense<784>, make_dims(64)>("dense/64->784", samples);
        add<dense<1>, make_dims(128)>("dense/128->1", samples);
        add<dense<3>, make_dims(512)>("dense/512->3", samples);
        add<dense<1000>, make_dims(512)>("dense/512->1000", samples);
    }
    return true;
}();

}  // namespace
