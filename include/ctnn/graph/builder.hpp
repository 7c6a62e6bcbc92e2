// SPDX-License-Identifier: MIT
/// \file
/// Collects the rows of a network's table while layers are walked, at compile time.
#pragma once

#include <concepts>

#include "ctnn/core/inputs.hpp"
#include "ctnn/graph/masks.hpp"
#include "ctnn/graph/steps.hpp"

namespace ctnn {

/// A value on its way through the network.
struct wire {
    int id = -1;
    dims shape{};
    int mask = -1;  ///< the value that says which of its steps are present; -1: all are
};

/// A layer or composite in the tree that composition makes: the position in its composite, or the name that `named`
/// gave it.
struct tree_place {
    int parent = -1;  ///< the place of its composite; -1: the network
    int index = 0;
    const char* name = nullptr;
};

/// How deep composites may nest; a U-Net level takes three.
inline constexpr int longest_path = 64;

/// As many heads may a network have beside its main one.
inline constexpr int most_auxiliaries = 7;

/// What becomes of the auxiliary heads: none may be met, they are collected, they are left out.
enum class auxiliary_use : unsigned char { none, kept, dropped };

/// In place of a routine where only shapes are asked for.
struct no_routine {};

/// Null pointers make a dry run that only counts. `Routine` is what a layer's code is collected as.
template <class Routine>
struct builder {
    operation* operations = nullptr;
    dims* values = nullptr;
    Routine* routines = nullptr;
    tree_place* places = nullptr;
    int* place_of_row = nullptr;

    int operation_count = 0, value_count = 0, place_count = 0;
    extent parameter_count = 0, state_count = 0;

    refusal why = refusal::none;
    dims refused_shape{};
    int path[longest_path]{};  ///< positions down to the layer at hand; after a refusal, to the layer that refused
    int places_down[longest_path]{};  ///< the places of the same
    int depth = 0;
    extent steps = 0;  ///< within time_distributed: wires have the shape of one step, values and rows that of all
    wire inputs[most_inputs]{};             ///< of a network that has several
    wire memory{};                          ///< what to_memory and from_memory read; id -1: there is none
    int input_count = 0;                    ///< 0: it has one, which nobody asks for by its number
    bool shared = false, repeated = false;  ///< what rows are told: see operation
    wire auxiliaries[most_auxiliaries]{};   ///< heads met so far within with_auxiliaries
    int auxiliary_count = 0;
    auxiliary_use auxiliaries_are = auxiliary_use::none;
    bool exact = false;  ///< no convolution takes Winograd's algorithm

    constexpr wire value(const dims& shape) {
        if (values != nullptr) values[value_count] = steps == 0 ? shape : detail::with_steps(shape, steps);
        return {value_count++, shape};
    }
    constexpr wire apply(const operation& row, const Routine& code, wire a, wire b = {}) {
        if (steps != 0 && !detail::repeats(row)) return refuse(refusal::needs_steps_apart, a.shape);
        if (row.memory_size != 0) {
            if (memory.id < 0) return refuse(refusal::needs_memory, a.shape);
            if (memory.shape != make_dims(row.memory_size)) return refuse(refusal::memory_is_no_state, a.shape);
            b = memory;
        }
        if (steps != 0 && row.what == kind::custom && row.out.rank < row.in.rank) {
            operation pool = row;  // of all positions of a step: their axes stay until it is done
            pool.out = row.in.with_channels(row.out.channels());
            for (int axis = 0; axis < 3; ++axis) pool.out.axis[axis] = 1;
            const wire pooled = apply(pool, code, a, b);
            return apply(make_operation(kind::reshape, "reshape", pool.out, row.out), Routine{}, pooled);
        }
        return apply_into(row, code, a, value(row.out), b);
    }
    /// Input i of the network, for a layer that `in` reaches.
    constexpr wire read_input(extent i, wire in) {
        if (i < 0 || i >= input_count) return refuse(refusal::needs_inputs, in.shape);
        return steps == 0 ? inputs[i] : refuse(refusal::needs_steps_apart, in.shape);
    }
    /// A row that writes (a part of) a value that exists.
    constexpr wire apply_into(operation row, const Routine& code, wire a, wire out, wire b = {}) {
        if (a.mask >= 0 && !detail::takes_mask(row, a.shape)) return refuse(refusal::needs_all_steps, a.shape);
        if (row.reads_mask) row.mask = b.id >= 0 && b.shape.rank > 1 ? b.mask : a.mask;
        if (const int mask = detail::mask_behind(row, a.shape, a.mask, b.mask); mask >= 0) out.mask = mask;
        row.in = a.shape;
        if (exact && row.what == kind::convolution) detail::make_exact(row);
        if (steps != 0) detail::repeat_steps(row, steps);
        row.input[0] = a.id;
        row.input[1] = b.id;
        row.result = out.id;
        row.row = operation_count;
        row.parameter_offset = parameter_count;
        row.state_offset = state_count;
        row.shared = shared;
        row.repeated = repeated;
        parameter_count += row.parameter_count();
        state_count += row.state_count();
        if (operations != nullptr) operations[operation_count] = row;
        if (routines != nullptr) routines[operation_count] = code;
        if (place_of_row != nullptr) place_of_row[operation_count] = place();
        ++operation_count;
        return out;
    }
    constexpr wire refuse(refusal reason, const dims& shape) {
        why = reason;
        refused_shape = shape;
        return {};
    }
    [[nodiscard]] constexpr bool refused() const { return why != refusal::none; }
    /// Goes down to the child at a position of a composite.
    constexpr void enter(int index, const char* name = nullptr) {
        if (places != nullptr) places[place_count] = {place(), index, name};
        path[depth] = index;
        places_down[depth++] = place_count++;
    }
    /// And back, unless a layer refused: then the path stays where it is.
    constexpr void leave() {
        if (!refused()) --depth;
    }

private:
    [[nodiscard]] constexpr int place() const { return depth == 0 ? -1 : places_down[depth - 1]; }
};

/// A layer: answers an incoming shape with an operation or a refusal.
template <class Layer>
concept layer = requires(dims in) {
    { Layer::lower(in) } -> std::same_as<outcome>;
};

/// A layer or a composition of layers.
template <class Layer>
concept composable_layer = layer<Layer> || requires {
    typename Layer::children;
};

/// A layer's code for a routine type; void routines are for walks that ask for shapes alone.
template <class Layer, class Routine>
[[nodiscard]] constexpr Routine routine_of() {
    if constexpr (std::same_as<Routine, no_routine>) {
        return {};
    } else if constexpr (requires { &Layer::template forward<typename Routine::scalar>; }) {
        using T = typename Routine::scalar;
        if constexpr (requires { &Layer::template pack<T>; })
            return {&Layer::template forward<T>, &Layer::template backward<T>, &Layer::template infer<T>,
                    &Layer::template pack<T>, true};
        else
            return {&Layer::template forward<T>, &Layer::template backward<T>};
    } else {
        return {};  // its code is chosen by geometry later: convolutions
    }
}

/// Adds a layer's rows to the table and returns its output. The template depth is the depth of nesting in the source.
template <class Layer, class Routine>
constexpr wire emit(builder<Routine>& b, wire in) {
    if constexpr (layer<Layer>) {
        const outcome o = Layer::lower(in.shape);
        return o.why == refusal::none ? b.apply(o.what, routine_of<Layer, Routine>(), in) : b.refuse(o.why, in.shape);
    } else if constexpr (composable_layer<Layer>) {
        return Layer::template emit<Routine>(b, in);
    } else {
        return b.refuse(refusal::no_layer, in.shape);
    }
}

template <class Routine>
using emitter = wire (*)(builder<Routine>&, wire);

}  // namespace ctnn
