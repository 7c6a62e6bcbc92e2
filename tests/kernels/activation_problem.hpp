// SPDX-License-Identifier: MIT
/// \file
/// An activation layer against single numbers of the standard library.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "ctnn/kernels/reference_activation.hpp"
#include "ctnn/layers/activation.hpp"
#include "padded_batch.hpp"

namespace test {

template <class T>
bool close(T found, long double expected) {
    return std::abs(static_cast<long double>(found) - expected) <=
           (sizeof(T) == 4 ? 1e-6L : 1e-14L) * std::max(1.0L, std::abs(expected));
}

/// Values and gradients for numbers in [-6, 6), in place and not.
template <class Layer, class T>
void compare(ctnn::dims shape, placement kind) {
    namespace reference = ctnn::kernels::reference;
    const ctnn::operation op = Layer::lower(shape).what;
    CHECK(op.backward_reads_input == ctnn::gradient_reads_input(op.activation));
    CHECK(op.backward_reads_output != op.backward_reads_input);
    padded_batch<T> x(op.in, 2, kind), y(op.in, 2, kind), dy(op.in, 2, placement::dense), dx(op.in, 2, kind),
        kept(op.in, 2, kind);
    x.fill(1, false);
    x.each([](T& value, ctnn::extent) { value *= 6; });
    dy.fill(2, false);
    for (const bool in_place : {false, true}) {
        const std::vector<T> input = x.values(), gradient = dy.values();
        kept.assign(input);
        const auto& out = in_place ? x : y;
        Layer::template forward<T>({.op = op, .x = x.read(), .other = {}, .y = out.view(), .threads = 2});
        const std::vector<T> output = (in_place ? x : y).values();
        const auto& back = in_place ? dy : dx;
        const ctnn::batch_view<const T> nothing{};
        Layer::template backward<T>({.op = op,
                                     .x = op.backward_reads_input ? kept.read() : nothing,
                                     .other = {},
                                     .y = op.backward_reads_output ? out.read() : nothing,
                                     .dy = dy.read(),
                                     .dx = back.view(),
                                     .threads = 2});
        const std::vector<T> found = (in_place ? dy : dx).values();
        bool right = true;
        for (std::size_t i = 0; i < input.size(); ++i) {
            const auto value = static_cast<long double>(input[i]);
            right = right && close(output[i], reference::activate(op.activation, value, op.numbers()));
            const long double slope = reference::activation_slope(
                op.activation, op.backward_reads_input ? value : static_cast<long double>(output[i]), op.numbers());
            right = right && close(found[i], slope * static_cast<long double>(gradient[i]));
        }
        CHECK_MESSAGE(right, std::string(op.layer));
    }
    CHECK(x.guards_intact());
    CHECK(y.guards_intact());
    CHECK(dx.guards_intact());
}

template <class Layer>
void compare_all() {
    for (const placement kind : layouts)
        for (const ctnn::extent c : channel_counts) {
            compare<Layer, float>(ctnn::make_dims(3, 5, c), kind);
            compare<Layer, double>(ctnn::make_dims(3, 5, c), kind);
        }
}

/// What a layer gives for 35 equal numbers.
template <class Layer, class T>
T value_at(T number) {
    const ctnn::operation op = Layer::lower(ctnn::make_dims(35)).what;
    padded_batch<T> x(op.in, 1, placement::dense), y(op.in, 1, placement::dense);
    x.each([&](T& value, ctnn::extent) { value = number; });
    Layer::template forward<T>({.op = op, .x = x.read(), .other = {}, .y = y.view()});
    const T first = y.values()[0];
    y.each([&](T& value, ctnn::extent) { CHECK((value == first || first != first)); });
    return first;
}

template <class Layer>
void check_nan() {
    const float nan = std::numeric_limits<float>::quiet_NaN(), found = value_at<Layer>(nan);
    CHECK(found != found);
    const double wide = value_at<Layer>(static_cast<double>(nan));
    CHECK(wide != wide);
}

}  // namespace test
