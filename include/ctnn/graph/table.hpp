// SPDX-License-Identifier: MIT
/// \file
/// The table of operations that a network is lowered to, and the compile error of one that cannot be.
#pragma once

#include <utility>

#include "ctnn/graph/compose.hpp"

namespace ctnn {

/// All rows of a network in the order of execution. Row 0 copies the caller's input (value 0) into the arena (value 1);
/// of several inputs each has such a row, which copies a part of value 0.
template <int Rows, int Values>
struct table {
    operation rows[static_cast<std::size_t>(Rows > 0 ? Rows : 1)]{};
    dims values[static_cast<std::size_t>(Values > 0 ? Values : 1)]{};
    int output = 0;
    extent parameter_count = 0, state_count = 0;
    static constexpr int row_count = Rows;
    static constexpr int value_count = Values;
};

namespace detail {

/// The layers of a network: a chain, which knows the shapes of several inputs.
template <class Input, class... Layers>
struct layers_on : std::type_identity<chain<Layers...>> {};
template <class Inputs, class... Layers>
struct chain_on_inputs : chain<Layers...> {
    using inputs = Inputs;
};
template <class... Shapes, class... Layers>
struct layers_on<inputs<Shapes...>, Layers...> : std::type_identity<chain_on_inputs<inputs<Shapes...>, Layers...>> {};

template <class Layers, class Routine>
constexpr wire emit_network(builder<Routine>& b, const dims& in) {
    const wire outside = b.value(in);
    if (in.rank == 0) return b.refuse(refusal::no_shape, in);
    if constexpr (requires { typename Layers::inputs; }) {
        extent channel = 0;
        for (b.input_count = 0; b.input_count < Layers::inputs::count; ++b.input_count) {
            const dims part = Layers::inputs::parts[b.input_count];
            operation row = make_operation(kind::input, "input", part, part);
            row.channel = channel;
            channel += part.size();
            b.inputs[b.input_count] = b.apply(row, Routine{}, {outside.id, part});
        }
        return emit<Layers, Routine>(b, outside);
    } else {
        const wire inside = b.apply(make_operation(kind::input, "input", in, in), Routine{}, outside);
        return emit<Layers, Routine>(b, inside);
    }
}

template <class Layers>
constexpr builder<no_routine> dry_run(const dims& in) {
    builder<no_routine> b;
    emit_network<Layers>(b, in);
    return b;
}

/// What the type parameter list of an error needs to know of a refused network.
struct diagnosis {
    refusal why = refusal::none;
    dims shape{};
    int path[longest_path]{};
    int depth = 0;
    int rows = 0, values = 0, places = 0;
};

template <class Layers>
constexpr diagnosis diagnose(const dims& in) {
    const builder<no_routine> b = dry_run<Layers>(in);
    diagnosis d{.why = b.why,
                .shape = b.refused_shape,
                .rows = b.operation_count,
                .values = b.value_count,
                .places = b.place_count};
    if (d.why == refusal::none) return d;
    d.depth = b.depth;
    for (int i = 0; i < b.depth; ++i) d.path[i] = b.path[i];
    return d;
}
template <class Layers, dims In>
inline constexpr diagnosis diagnosed = diagnose<Layers>(In);

// The child of a composite at a position, without recursion over the list.
template <int I, class T>
struct boxed {
    using type = T;
};
template <class Indices, class... Layers>
struct boxes;
template <std::size_t... I, class... Layers>
struct boxes<std::index_sequence<I...>, Layers...> : boxed<static_cast<int>(I), Layers>... {};
template <int I, class T>
boxed<I, T> pick(const boxed<I, T>&);
template <int I, class Children>
struct child;
template <int I, class... Layers>
struct child<I, types<Layers...>>
    : decltype(pick < sizeof...(Layers) == 1
                   ? 0
                   : I > (std::declval<boxes<std::make_index_sequence<sizeof...(Layers)>, Layers...>>())) {};

// Follows the path from the outermost composite to the layer that refused. It ends before the error begins, so that the
// compiler's backtrace shows none of it.
template <class Layer, class Network, dims In, int Depth>
struct culprit : culprit<typename child<diagnosed<Network, In>.path[Depth], typename Layer::children>::type, Network,
                         In, Depth + 1> {};
template <class Layer, class Network, dims In, int Depth>
requires(Depth == diagnosed<Network, In>.depth) struct culprit<Layer, Network, In, Depth> {
    using type = Layer;
};

// The shape that was refused, as a type. Named in a step of its own: g++ 12 crashes on shape_of<variable<...>.member>.
template <class Layers, dims In>
struct refused_input {
    static constexpr dims value = diagnosed<Layers, In>.shape;
    using type = shape_of<value>;
};
template <class Layers, dims In>
requires(In.rank == 0) struct refused_input<Layers, In> {
    using type = void;  // there is no shape
};

template <class Layers, dims In, refusal Why>
struct check : refused<typename culprit<Layers, Layers, In, 0>::type, typename refused_input<Layers, In>::type, Why> {};
template <class Layers, dims In>
struct check<Layers, In, refusal::none> {};

template <class Layers, dims In>
constexpr auto lower() {
    constexpr const diagnosis& size = diagnosed<Layers, In>;
    if constexpr (size.why != refusal::none) {
        return table<0, 1>{};  // the error is reported by check; anything more would only add lines to it
    } else {
        table<size.rows, size.values> t;
        builder<no_routine> b{.operations = t.rows, .values = t.values};
        t.output = emit_network<Layers>(b, In).id;
        t.parameter_count = b.parameter_count;
        t.state_count = b.state_count;
        return t;
    }
}

/// Is every value read or the output, and the caller's memory by the rows of inputs alone? What input<I> replaces might
/// be left over, and several inputs might be read as one.
template <int Rows, int Values>
constexpr bool reads_all(const table<Rows, Values>& t) {
    if (Rows == 0) return true;  // refused
    bool read[static_cast<std::size_t>(Values)]{};
    for (const operation& row : t.rows) {
        for (const int v : row.input) {
            if (v == 0 && row.what != kind::input) return false;
            if (v >= 0) read[v] = true;
        }
        if (row.mask >= 0) read[row.mask] = true;
    }
    if (t.output == 0) return false;
    read[t.output] = true;
    for (const bool one : read)
        if (!one) return false;
    return true;
}

/// Where each row of a table stands in the composition of its network.
template <int Rows, int Places>
struct composition {
    tree_place places[static_cast<std::size_t>(Places > 0 ? Places : 1)]{};
    int place_of_row[static_cast<std::size_t>(Rows)]{};
};

template <class Layers, dims In>
constexpr auto compose_places() {
    constexpr const diagnosis& size = diagnosed<Layers, In>;
    composition<size.rows, size.places> c;
    builder<no_routine> b{.places = c.places, .place_of_row = c.place_of_row};
    emit_network<Layers>(b, In);
    return c;
}
// A variable of its own: only names ask for it, and only they pay for it.
template <class Layers, dims In>
inline constexpr auto composition_of = compose_places<Layers, In>();

}  // namespace detail
}  // namespace ctnn
