// SPDX-License-Identifier: MIT
/// \file
/// The parameters of a recurrent layer in the order in which its kernels read them, and gradients back again.
#pragma once

#include "ctnn/kernels/recurrent_cell.hpp"
#include "ctnn/kernels/recurrent_product.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {
namespace kernels {

/// The parameters of a recurrent layer as a model has them: weight (inputs, gates, units), recurrent weight (units,
/// gates, units), bias (gates, units) or (2, gates, units), for the input first.
struct recurrent_layout {
    cell kind = cell::lstm;
    extent inputs = 0, units = 0;
    bool two_biases = false;
    bool update_first = false;  ///< the gates of a gru are z, r, n, not r, z, n

    [[nodiscard]] constexpr extent gates() const { return gates_of(kind); }
    [[nodiscard]] constexpr extent slots() const { return slots_of(kind); }
    /// The slot of a gate in the product of the state, and in that of the input.
    [[nodiscard]] constexpr extent state_slot(extent gate) const {
        return kind == cell::gru && update_first && gate < 2 ? 1 - gate : gate;
    }
    [[nodiscard]] constexpr extent input_slot(extent gate) const {
        return kind == cell::gru && gate == 2 ? 3 : state_slot(gate);
    }
    /// Where the parts of the parameters begin.
    [[nodiscard]] constexpr extent recurrent_at() const { return inputs * gates() * units; }
    [[nodiscard]] constexpr extent bias_at() const { return (inputs + units) * gates() * units; }
    /// Numbers of the packed parts, for units rounded up to `to`; to 16, so that no size depends on the vectors.
    [[nodiscard]] constexpr extent packed_inputs(extent padded) const { return inputs * slots() * padded; }
    [[nodiscard]] constexpr extent packed_state(extent padded) const { return padded * gates() * padded; }
    [[nodiscard]] constexpr extent packed_size() const {
        const extent padded = round_up(units);
        return packed_inputs(padded) + packed_state(padded) + slots() * padded;
    }
};

/// The packed parameters: weights of the input in the blocks of dense_weights, (inputs, slots, padded units); those of
/// the state; the bias (slots, padded units).
template <class T>
struct recurrent_weights {
    dense_weights<T> input;
    recurrent_matrix<T> state;
    const T* bias = nullptr;

    recurrent_weights(const recurrent_layout& l, const T* packed) {
        const extent padded = padded_units<T>(l.units);
        input = {packed, l.inputs, l.slots() * padded, true};
        state = {packed + l.packed_inputs(padded), l.units, padded};
        bias = state.data + l.packed_state(padded);
    }
};

namespace detail {

/// Where (input k, gate g, unit u) stands in a recurrent_matrix of `count` inputs and `padded` units.
template <extent Gates, class T>
[[nodiscard]] inline extent matrix_place(extent count, extent padded, extent k, extent g, extent u) {
    const extent first = u / lanes<T> / recurrent_vectors<Gates> * recurrent_vectors<Gates>;
    const extent width = tile_vectors<Gates>(padded / lanes<T>, first) * lanes<T>;
    return first * lanes<T> * count * Gates + (k * Gates + g) * width + u - first * lanes<T>;
}

/// Calls body with the number of gates as a constant.
template <class Body>
inline void with_gates(cell kind, const Body& body) {
    if (kind == cell::rnn)
        body(std::integral_constant<extent, 1>{});
    else if (kind == cell::gru)
        body(std::integral_constant<extent, 3>{});
    else
        body(std::integral_constant<extent, 4>{});
}

template <class T>
inline void clear(T* to, extent count) {
    for (extent i = 0; i < count; ++i) to[i] = T(0);
}

}  // namespace detail

/// Packs parameters for the forward pass: packed_size() numbers at most.
template <class T>
void pack_recurrent(const recurrent_layout& l, const T* parameters, T* to) {
    const extent gates = l.gates(), units = l.units, padded = padded_units<T>(units), outputs = l.slots() * padded;
    detail::clear(to, l.packed_inputs(padded) + l.packed_state(padded) + outputs);
    const dense_weights<T> input{to, l.inputs, outputs, true};
    T *state = to + l.packed_inputs(padded), *sums = state + l.packed_state(padded);
    const T *recurrent = parameters + l.recurrent_at(), *bias = parameters + l.bias_at();
    for (extent g = 0; g < gates; ++g)
        for (extent u = 0; u < units; ++u) {
            const extent output = l.input_slot(g) * padded + u, place = input.at(output) - to;
            for (extent k = 0; k < l.inputs; ++k)
                to[place + k * input.step(output)] = parameters[(k * gates + g) * units + u];
            sums[output] += bias[g * units + u];
            if (l.two_biases) sums[l.state_slot(g) * padded + u] += bias[(gates + g) * units + u];
        }
    detail::with_gates(l.kind, [&](auto fixed) {
        for (extent k = 0; k < units; ++k)
            for (extent g = 0; g < gates; ++g)
                for (extent u = 0; u < units; ++u)
                    state[detail::matrix_place<fixed, T>(units, padded, k, l.state_slot(g), u)] =
                        recurrent[(k * gates + g) * units + u];
    });
}

/// The products of every class of an embedding in front, classes (classes, inputs): to (classes + 1, 1 + slots * padded
/// units), each row behind a number that is 0 where all inputs are. The last row, and that of `padding`, is of zeros.
template <class T>
void pack_classes(const recurrent_weights<T>& w, const T* classes, extent count, extent padding, T* to) {
    const extent width = w.input.outputs + 1, inputs = w.input.inputs;
    detail::clear(to, (count + 1) * width);
    for (extent row = 0; row <= count; ++row) {
        const bool known = row < count && row != padding;
        for (extent k = 0; k < inputs && known; ++k)
            if (!(classes[row * inputs + k] == T(0))) to[row * width] = T(1);
        if (to[row * width] != T(0))
            input_product(classes + row * inputs, 0, w.input, w.bias, to + row * width + 1, 0, 1);
        else
            for (extent j = 0; j < width - 1; ++j) to[row * width + 1 + j] = w.bias[j];
    }
}

/// Packs parameters for the backward pass: the state's weights transposed, a recurrent_matrix of (gates * padded units)
/// inputs, then the input's weights (inputs, slots, padded units) in rows.
template <class T>
void pack_recurrent_transposed(const recurrent_layout& l, const T* parameters, T* to) {
    const extent gates = l.gates(), units = l.units, padded = padded_units<T>(units), outputs = l.slots() * padded;
    detail::clear(to, l.packed_inputs(padded) + l.packed_state(padded));
    T* input = to + l.packed_state(padded);
    const T* recurrent = parameters + l.recurrent_at();
    for (extent g = 0; g < gates; ++g)
        for (extent u = 0; u < units; ++u) {
            for (extent k = 0; k < l.inputs; ++k)
                input[k * outputs + l.input_slot(g) * padded + u] = parameters[(k * gates + g) * units + u];
            for (extent k = 0; k < units; ++k)
                to[detail::matrix_place<1, T>(gates * padded, padded, l.state_slot(g) * padded + u, 0, k)] =
                    recurrent[(k * gates + g) * units + u];
        }
}

/// Adds the gradients of (inputs, slots, padded units), (units, gates, padded units) and (slots, padded units) to those
/// of the parameters.
template <class T>
void add_recurrent_gradients(const recurrent_layout& l, const T* input, const T* state, const T* sums, T* gradients) {
    const extent gates = l.gates(), units = l.units, padded = padded_units<T>(units), outputs = l.slots() * padded;
    T *recurrent = gradients + l.recurrent_at(), *bias = gradients + l.bias_at();
    for (extent g = 0; g < gates; ++g)
        for (extent u = 0; u < units; ++u) {
            const extent from = l.input_slot(g) * padded + u, of_state = l.state_slot(g) * padded + u;
            for (extent k = 0; k < l.inputs; ++k) gradients[(k * gates + g) * units + u] += input[k * outputs + from];
            for (extent k = 0; k < units; ++k)
                recurrent[(k * gates + g) * units + u] += state[k * gates * padded + of_state];
            bias[g * units + u] += sums[from];
            if (l.two_biases) bias[(gates + g) * units + u] += sums[of_state];
        }
}

}  // namespace kernels
}  // namespace CTNN_BACKEND
}  // namespace ctnn
