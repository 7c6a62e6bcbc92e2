// SPDX-License-Identifier: MIT
/// \file
/// What a layer of one's own derives from when each output depends on one input alone.
#pragma once

#include <cstring>

#include "ctnn/core/refusal.hpp"
#include "ctnn/kernels/elementwise.hpp"

namespace ctnn {

/// A layer y = value(x), number by number, from a function and its slope.
///
///     takes    any shape
///     gives    the same shape
///     learns   nothing
///     costs    one pass, in place
///     needs    Layer::name, Layer::value(x) and Layer::slope(x), the derivative at x, for float and double
///
///     struct arcsinh : ctnn::elementwise<arcsinh> {
///         static constexpr const char* name = "arcsinh";
///         template <class T> static T value(T x) { return std::asinh(x); }
///         template <class T> static T slope(T x) { return 1 / std::sqrt(1 + x * x); }
///     };
template <class Layer>
struct elementwise {
    [[nodiscard]] static constexpr outcome lower(dims in) {
        operation row = make_operation(kind::custom, Layer::name, in, in);
        row.in_place = row.backward_in_place = row.backward_reads_input = true;
        return row;
    }
    template <class T>
    static void forward(const forward_call<T>& call) {
        kernels::for_each_stretch(
            call.threads,
            [](extent, extent count, const T* x, T* y) {
                write_each(count, y, [x](extent i) { return Layer::value(x[i]); });
            },
            call.x, call.y);
    }
    template <class T>
    static void backward(const backward_call<T>& call) {
        if (call.dx.data == nullptr) return;
        kernels::for_each_stretch(
            call.threads,
            [](extent, extent count, const T* x, const T* dy, T* dx) {
                write_each(count, dx, [x, dy](extent i) { return dy[i] * Layer::slope(x[i]); });
            },
            call.x, call.dy, call.dx);
    }

private:
    // to[i] = value(i). `to` may be what value() reads, element for element; values of a block are made beside it, so
    // that the compiler vectorizes the loop where the function of the layer allows it, and need not be told to.
    template <class T, class Value>
    static void write_each(extent count, T* to, const Value& value) {
        constexpr extent block = 64;
        T values[block];
        for (extent from = 0; from < count; from += block) {
            const extent length = count - from < block ? count - from : block;
            for (extent i = 0; i < length; ++i) values[i] = value(from + i);
            std::memcpy(static_cast<void*>(to + from), values, sizeof(T) * static_cast<std::size_t>(length));
        }
    }
};

}  // namespace ctnn
