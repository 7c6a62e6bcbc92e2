// SPDX-License-Identifier: MIT
/// \file
/// A network row by row as its layers emit it, in double, one buffer a value: no plan, no fusion, no engine.
#pragma once

#include <cmath>
#include <cstddef>
#include <vector>

#include <ctnn/ctnn.hpp>
#include <ctnn/kernels/reference_activation.hpp>
#include <ctnn/kernels/reference_pool.hpp>
#include <ctnn/kernels/reference_scale.hpp>

namespace naive {

using ctnn::batch_view;
using ctnn::dims;
using ctnn::extent;
using ctnn::operation;

/// The numbers of one value for one sample, without gaps.
struct value {
    dims shape{};
    std::vector<double> numbers;

    explicit value(const dims& d) : shape(d), numbers(static_cast<std::size_t>(d.size())) {}
    double& at(extent d, extent h, extent w, extent c) {
        return numbers[static_cast<std::size_t>(((d * shape.height() + h) * shape.width() + w) * shape.channels() + c)];
    }
    batch_view<double> view() {
        const extent row = shape.width() * shape.channels();
        return {numbers.data(), shape, 1, shape.size(), {row * shape.height(), row, shape.channels()}};
    }
};

/// Calls body(d, h, w, c) for every element.
template <class Body>
void for_each(const dims& s, const Body& body) {
    for (extent d = 0; d < s.depth(); ++d)
        for (extent h = 0; h < s.height(); ++h)
            for (extent w = 0; w < s.width(); ++w)
                for (extent c = 0; c < s.channels(); ++c) body(d, h, w, c);
}

/// Weights (kernel..., channels / groups, filters); what lies outside the input is zero.
template <class T>
void convolve(const operation& op, value& x, const T* weights, const T* bias, value& y) {
    const extent channels = x.shape.channels() / op.groups, filters = y.shape.channels();
    for_each(y.shape, [&](extent d, extent h, extent w, extent f) {
        double sum = bias == nullptr ? 0 : static_cast<double>(bias[f]);
        const extent at[3]{d, h, w};
        for_each({{op.window.kernel[0], op.window.kernel[1], op.window.kernel[2], channels}, 4},
                 [&](extent kd, extent kh, extent kw, extent c) {
                     const extent tap[3]{kd, kh, kw};
                     extent from[3];
                     for (int a = 0; a < 3; ++a) {
                         from[a] = at[a] * op.window.stride[a] - op.window.before[a] + tap[a] * op.window.dilation[a];
                         if (from[a] < 0 || from[a] >= x.shape.axis[a]) return;
                     }
                     const extent position = (kd * op.window.kernel[1] + kh) * op.window.kernel[2] + kw;
                     const extent group = f / (filters / op.groups);
                     sum += x.at(from[0], from[1], from[2], group * channels + c) *
                            static_cast<double>(weights[(position * channels + c) * filters + f]);
                 });
        y.at(d, h, w, f) = sum;
    });
}

/// Each input adds its multiple of the kernel to the output. Weights (kernel..., filters / groups, channels).
template <class T>
void convolve_transposed(const operation& op, value& x, const T* weights, const T* bias, value& y) {
    const extent channels = x.shape.channels(), filters = y.shape.channels() / op.groups;
    for_each(y.shape, [&](extent d, extent h, extent w, extent f) {
        y.at(d, h, w, f) = bias == nullptr ? 0 : static_cast<double>(bias[f]);
    });
    for_each(x.shape, [&](extent d, extent h, extent w, extent c) {
        const extent at[3]{d, h, w}, group = c / (channels / op.groups);
        for_each({{op.window.kernel[0], op.window.kernel[1], op.window.kernel[2], filters}, 4},
                 [&](extent kd, extent kh, extent kw, extent f) {
                     const extent tap[3]{kd, kh, kw};
                     extent to[3];
                     for (int a = 0; a < 3; ++a) {
                         to[a] = at[a] * op.window.stride[a] - op.window.before[a] + tap[a] * op.window.dilation[a];
                         if (to[a] < 0 || to[a] >= y.shape.axis[a]) return;
                     }
                     const extent position = (kd * op.window.kernel[1] + kh) * op.window.kernel[2] + kw;
                     y.at(to[0], to[1], to[2], group * filters + f) +=
                         x.at(d, h, w, c) * static_cast<double>(weights[(position * filters + f) * channels + c]);
                 });
    });
}

/// One row of a table.
template <class T>
void apply(const operation& op, std::vector<value>& values, const T* parameters, const T* state) {
    value& x = values[static_cast<std::size_t>(op.input[0])];
    value& y = values[static_cast<std::size_t>(op.result)];
    const extent channels = op.in.channels();
    switch (op.what) {
        case ctnn::kind::input:  // a part of a sample, where there are several inputs
            y.numbers.assign(x.numbers.begin() + op.channel, x.numbers.begin() + op.channel + op.in.size());
            break;
        case ctnn::kind::reshape:
        case ctnn::kind::dropout:
            y.numbers = x.numbers;
            break;
        case ctnn::kind::convolution:
            (op.transposed
                 ? convolve_transposed<T>
                 : convolve<T>)(op, x, parameters,
                                op.parameters[1].name == nullptr ? nullptr : parameters + op.parameters[0].size(), y);
            break;
        case ctnn::kind::batch_norm:
            for_each(y.shape, [&](extent d, extent h, extent w, extent c) {
                const double deviation = std::sqrt(static_cast<double>(state[channels + c]) + op.epsilon);
                y.at(d, h, w, c) = (x.at(d, h, w, c) - static_cast<double>(state[c])) / deviation *
                                       static_cast<double>(parameters[c]) +
                                   static_cast<double>(parameters[channels + c]);
            });
            break;
        case ctnn::kind::activation:
            for (std::size_t i = 0; i < y.numbers.size(); ++i)
                y.numbers[i] = static_cast<double>(ctnn::kernels::reference::activate(
                    op.activation, static_cast<long double>(x.numbers[i]), op.numbers()));
            break;
        case ctnn::kind::softmax:
            ctnn::kernels::reference::softmax_forward<double>(x.view(), y.view());
            break;
        case ctnn::kind::add:
            for (std::size_t i = 0; i < y.numbers.size(); ++i)
                y.numbers[i] = x.numbers[i] + values[static_cast<std::size_t>(op.input[1])].numbers[i];
            break;
        case ctnn::kind::multiply:
            ctnn::kernels::reference::scale_forward<double>(
                x.view(), values[static_cast<std::size_t>(op.input[1])].view(), y.view());
            break;
        case ctnn::kind::place:
            for_each(x.shape,
                     [&](extent d, extent h, extent w, extent c) { y.at(d, h, w, op.channel + c) = x.at(d, h, w, c); });
            break;
        default:
            if (op.out.positions() > op.in.positions())  // upsample
                for_each(y.shape, [&](extent d, extent h, extent w, extent c) {
                    const extent f[3]{op.out.axis[0] / op.in.axis[0], op.out.axis[1] / op.in.axis[1],
                                      op.out.axis[2] / op.in.axis[2]};
                    y.at(d, h, w, c) = x.at(d / f[0], h / f[1], w / f[2], c);
                });
            else if (op.layer[0] == 'm' || op.layer[7] == 'm')  // max_pool, global_max_pool
                ctnn::kernels::reference::pool_forward<ctnn::kernels::pool::maximum, double>(op, x.view(), y.view());
            else
                ctnn::kernels::reference::pool_forward<ctnn::kernels::pool::average, double>(op, x.view(), y.view());
    }
}

/// The output of a network for one sample.
template <class Net, class T>
std::vector<double> evaluate(const ctnn::model<Net, T>& m, const T* input) {
    std::vector<value> values;
    for (const dims& d : Net::table.values) values.emplace_back(d);
    for (std::size_t i = 0; i < values[0].numbers.size(); ++i) values[0].numbers[i] = static_cast<double>(input[i]);
    for (const operation& row : Net::table.rows)
        apply(row, values, m.parameters().data() + row.parameter_offset, m.state().data() + row.state_offset);
    return values[static_cast<std::size_t>(Net::table.output)].numbers;
}

/// Numbers in [-1, 1), always the same for a stream.
template <class T>
std::vector<T> noise(extent count, std::uint64_t stream) {
    ctnn::random_stream random(ctnn::seed{99}, stream);
    std::vector<T> numbers(static_cast<std::size_t>(count));
    for (T& x : numbers) x = static_cast<T>(2 * random.next_uniform() - 1);
    return numbers;
}

/// A model none of whose numbers is special: biases, scales and running statistics are not 0 and 1.
template <class Net, class T = float>
ctnn::model<Net, T> unlike_any_other(std::uint64_t stream) {
    ctnn::model<Net, T> m{ctnn::seed{stream}};
    const std::vector<T> p = noise<T>(Net::parameter_count, stream), s = noise<T>(Net::state_count, stream + 1000);
    for (std::size_t i = 0; i < p.size(); ++i) m.parameters()[i] += T(0.2) * p[i];
    for (std::size_t i = 0; i < s.size(); ++i) m.state()[i] += T(0.3) * s[i];
    return m;
}

}  // namespace naive
