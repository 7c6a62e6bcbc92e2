// SPDX-License-Identifier: MIT
/// \file
/// A layer that ctnn does not have, written by its user.
#pragma once

#include <ctnn/ctnn.hpp>

// [layer]
/// y = x * weight, a learned factor for each channel.
struct scale {
    static constexpr ctnn::outcome lower(ctnn::dims in) {
        ctnn::operation row = ctnn::make_operation(ctnn::kind::custom, "scale", in, in);
        row.parameters[0] = {
            .name = "weight", .axis = {in.channels(), 1, 1, 1, 1}, .rank = 1, .start = ctnn::initializer::ones};
        row.backward_reads_input = true;
        return row;
    }
    template <class T>
    static void forward(const ctnn::forward_call<T>& call) {
        for_each_pixel(call.x, [&](auto... at) {
            for (ctnn::extent c = 0; c < call.op.in.channels(); ++c)
                call.y.at(at...)[c] = call.x.at(at...)[c] * call.parameters[c];
        });
    }
    template <class T>
    static void backward(const ctnn::backward_call<T>& call) {
        for_each_pixel(call.x, [&](auto... at) {
            for (ctnn::extent c = 0; c < call.op.in.channels(); ++c) {
                const T x = call.x.at(at...)[c], dy = call.dy.at(at...)[c];
                call.gradients[c] += dy * x;
                if (call.dx.data != nullptr) call.dx.at(at...)[c] = dy * call.parameters[c];
            }
        });
    }

private:
    static void for_each_pixel(const auto& view, const auto& body) {
        for (ctnn::extent sample = 0; sample < view.count; ++sample)
            for (ctnn::extent row = 0; row < view.shape.height(); ++row)
                for (ctnn::extent column = 0; column < view.shape.width(); ++column) body(sample, 0, row, column);
    }
};
// [layer]
