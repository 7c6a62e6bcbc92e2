// SPDX-License-Identifier: MIT
/// \file
/// One convolution with buffers, for tests: made of small integers, so that every order of summation gives the same
/// sum.
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "ctnn/kernels/reference_convolution.hpp"
#include "ctnn/layers/convolution_gradient_code.hpp"

namespace convolution_test {

using ctnn::extent;

/// A convolution as a template argument.
struct problem {
    extent in[3]{1, 1, 1};
    extent channels = 1, filters = 1;
    extent kernel[3]{1, 1, 1}, stride[3]{1, 1, 1}, dilation[3]{1, 1, 1}, before[3]{}, after[3]{};
    extent groups = 1, samples = 1;
    extent gap = 0;  ///< foreign channels beside each pixel, as in a slice of a concatenation
    ctnn::activation activation = ctnn::activation::none;
    ctnn::algorithm algorithm = ctnn::algorithm::direct;
};

constexpr ctnn::operation operation_of(const problem& p) {
    ctnn::operation op;
    op.what = ctnn::kind::convolution;
    op.in.rank = op.out.rank = 4;
    for (int a = 0; a < 3; ++a) {
        op.in.axis[a] = p.in[a];
        op.window.kernel[a] = p.kernel[a];
        op.window.stride[a] = p.stride[a];
        op.window.dilation[a] = p.dilation[a];
        op.window.before[a] = p.before[a];
        op.window.after[a] = p.after[a];
        op.out.axis[a] = (p.in[a] + p.before[a] + p.after[a] - (p.kernel[a] - 1) * p.dilation[a] - 1) / p.stride[a] + 1;
    }
    op.in.axis[3] = p.channels;
    op.out.axis[3] = p.filters;
    op.groups = p.groups;
    op.activation = p.activation;
    op.alpha = 0.25;
    op.algorithm = op.gradient_algorithm = op.weight_algorithm = p.algorithm;
    op.parameters[0] = {
        .name = "weight", .axis = {p.kernel[0], p.kernel[1], p.kernel[2], p.channels / p.groups, p.filters}, .rank = 5};
    op.parameters[1] = {.name = "bias", .axis = {p.filters, 1, 1, 1, 1}, .rank = 1};
    return op;
}

/// Small integers from a counter.
template <class T>
struct integers {
    std::uint32_t state = 12345;
    T operator()() {
        state = state * 1664525U + 1013904223U;
        return static_cast<T>(static_cast<int>(state >> 24) % 7 - 3);
    }
};

/// A batch with a border around each sample and a gap beside each pixel. Gap and ends are NaN: a kernel that reads them
/// spoils its result, one that writes them is found by intact(). The block has no spare element, so that an address
/// sanitizer sees what passes its ends.
template <class T>
struct buffer {
    ctnn::batch_view<T> view;
    std::vector<T> block;
    buffer(ctnn::dims shape, extent samples, const extent (&before)[3], const extent (&after)[3], extent gap) {
        const extent pixel = shape.channels() + gap;
        extent size = pixel;
        view.shape = shape;
        view.count = samples;
        for (int a = 2; a >= 0; --a) {
            view.step[a] = size;
            size *= shape.axis[a] + before[a] + after[a];
        }
        view.sample = size;
        block.assign(static_cast<std::size_t>(size * samples), std::numeric_limits<T>::quiet_NaN());
        for (std::size_t i = 0; i < block.size(); ++i)
            if (static_cast<extent>(i) % pixel < shape.channels()) block[i] = T(0);
        view.data = block.data() + before[0] * view.step[0] + before[1] * view.step[1] + before[2] * view.step[2];
    }
    template <class Make>
    void fill(Make make) {
        each([&](T& value) { value = make(); });
    }
    template <class Visit>
    void each(Visit visit) {
        for (extent s = 0; s < view.count; ++s)
            for (extent d = 0; d < view.shape.depth(); ++d)
                for (extent h = 0; h < view.shape.height(); ++h)
                    for (extent w = 0; w < view.shape.width(); ++w)
                        for (extent c = 0; c < view.shape.channels(); ++c) visit(view.at(s, d, h, w)[c]);
    }
    /// The values alone, in order.
    std::vector<T> values() {
        std::vector<T> all;
        each([&](T& value) { all.push_back(value); });
        return all;
    }
    /// Is everything beside the values as it was made?
    bool intact() {
        std::vector<T> copy = block;
        each([](T& value) { value = T(0); });
        bool same = true;
        const extent pixel = view.step[2];
        for (std::size_t i = 0; i < block.size(); ++i) {
            const bool foreign = static_cast<extent>(i) % pixel >= view.shape.channels();
            same = same && (foreign ? block[i] != block[i] : block[i] == T(0));
        }
        block = copy;
        return same;
    }
};

template <class T>
T activated(const ctnn::operation& op, T value) {
    if (op.activation == ctnn::activation::relu) return value > T(0) ? value : T(0);
    if (op.activation == ctnn::activation::leaky_relu) return value > T(0) ? value : value * static_cast<T>(op.alpha);
    return value;
}

/// Everything that one problem has: operands, and what the naive twins make of them.
template <class T>
struct run_time_setting {
    static constexpr extent none[3]{};
    static constexpr extent most_threads = 7;
    ctnn::operation op;
    extent samples;
    buffer<T> x, other, y, dy, dx;
    std::vector<T> parameters, gradients, packed, scratch, thread_scratch;
    std::vector<T> expected_y, expected_dx, expected_gradients;

    buffer<T> bordered_gradient(extent gap) const {
        extent before[3], after[3];
        for (int a = 0; a < 3; ++a) {
            const ctnn::border b = ctnn::gradient_border(op.window, op.in, op.out, a);
            before[a] = b.before;
            after[a] = b.after;
        }
        return buffer<T>(op.out, samples, before, after, gap);
    }
    static std::size_t size(extent count) { return static_cast<std::size_t>(count); }

    explicit run_time_setting(const problem& p)
        : op(operation_of(p)),
          samples(p.samples),
          x(op.in, p.samples, p.before, p.after, p.gap),
          other(op.out, p.samples, none, none, p.gap),
          y(op.out, p.samples, none, none, p.gap),
          dy(bordered_gradient(p.gap)),
          dx(op.in, p.samples, none, none, p.gap),
          parameters(size(op.parameter_count())),
          gradients(parameters.size()),
          packed(size(ctnn::packed_size(op))),
          scratch(size(ctnn::convolution_scratch(op))),
          thread_scratch(size(most_threads * ctnn::thread_scratch(op, true)), std::numeric_limits<T>::quiet_NaN()) {
        integers<T> make;
        x.fill([&] { return make(); });
        other.fill([&] { return make(); });
        dy.fill([&] { return make(); });
        for (T& value : parameters) value = make();
        for (T& value : gradients) value = make();
        y.fill([] { return std::numeric_limits<T>::quiet_NaN(); });
        dx.fill([&] { return make(); });
        expect(p);
    }
    const T* bias() const { return parameters.data() + op.parameters[0].size(); }

    /// The naive twins on a copy of the operands; dx is found in a copy of x with its border.
    void expect(const problem& p) {
        buffer<T> sums(op.out, p.samples, none, none, 0), back(op.in, p.samples, p.before, p.after, p.gap);
        expected_gradients = gradients;
        for (extent s = 0; s < p.samples; ++s) {
            const T* from = nullptr;
            ctnn::batch_view<const T> in = x.view;
            in.data += s * in.sample;
            ctnn::kernels::correlation g = ctnn::convolution_geometry<T>(op, in, sums.view.step, from);
            ctnn::kernels::reference::forward(g, from, parameters.data(), sums.view.data + s * sums.view.sample);
            g = ctnn::convolution_geometry<T>(op, in, dy.view.step, from);
            const T* gradient = dy.view.data + s * dy.view.sample;
            ctnn::kernels::reference::weight_gradient(g, from, gradient, expected_gradients.data());
            ctnn::kernels::reference::bias_gradient(g, gradient, expected_gradients.data() + op.parameters[0].size());
            ctnn::kernels::reference::input_gradient(g, gradient, parameters.data(),
                                                     back.block.data() + (from - x.block.data()));
        }
        expected_y = sums.values();
        for (std::size_t i = 0; i < expected_y.size(); ++i) expected_y[i] += bias()[i % size(op.out.channels())];
        expected_dx = back.values();
    }

    ctnn::forward_call<T> forward_call(bool add, extent threads = 1) {
        ctnn::forward_call<T> call{.op = op, .x = x.view, .other = {}, .y = y.view};
        if (add) call.other = other.view;
        call.parameters = parameters.data();
        call.scratch = scratch.data();
        call.thread_scratch = thread_scratch.data();
        call.threads = threads;
        call.training = true;
        return call;
    }
    ctnn::backward_call<T> backward_call(bool accumulate, extent threads = 1) {
        ctnn::backward_call<T> call{.op = op, .x = x.view, .other = {}, .y = y.view, .dy = dy.view, .dx = dx.view};
        call.parameters = parameters.data();
        call.gradients = gradients.data();
        call.scratch = scratch.data();
        call.thread_scratch = thread_scratch.data();
        call.threads = threads;
        call.accumulate = accumulate;
        return call;
    }
};

/// The same for a problem that is a template argument, as a key needs it.
template <class T, problem P>
struct setting : run_time_setting<T> {
    static constexpr ctnn::operation op = operation_of(P);
    setting() : run_time_setting<T>(P) {}
};

}  // namespace convolution_test
