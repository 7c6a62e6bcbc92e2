// SPDX-License-Identifier: MIT
/// \file
/// Composition: chain, sum, residual, concat, repeat, identity and named.
#pragma once

#include "ctnn/core/call.hpp"
#include "ctnn/graph/builder.hpp"

namespace ctnn {

/// A list of types.
template <class... Layers>
struct types {};

namespace detail {
// A loop over an array of functions, not a fold: clang stops at 256 operands.
template <class Routine, class... Layers>
inline constexpr emitter<Routine> emitters[sizeof...(Layers) + 1]{&ctnn::emit<Layers, Routine>..., nullptr};
}  // namespace detail

/// One layer after the other.
///
///     takes    what the first layer takes
///     gives    what the last layer gives
///     learns   0.weight ... of the first layer, 1.weight ... of the second
///     costs    what the layers cost
///
/// A block is a template that derives from one:
///
///     template <nn::extent C> struct block : nn::chain<nn::conv<C, 3, nn::same>, nn::batch_norm<>, nn::relu> {};
///     using two = ctnn::chain<ctnn::conv<8, 3, ctnn::same>, ctnn::batch_norm<>, ctnn::relu>;
template <class... Layers>
struct chain {
    using children = types<Layers...>;
    template <class Routine>
    static constexpr wire emit(builder<Routine>& b, wire in) {
        for (int i = 0; i < static_cast<int>(sizeof...(Layers)) && !b.refused(); ++i) {
            b.enter(i);
            in = detail::emitters<Routine, Layers...>[i](b, in);
            b.leave();
        }
        return in;
    }
};

/// The same layers so many times, each time with parameters of their own.
///
///     takes    what the layers take, also of themselves
///     gives    what they give the last time
///     learns   0.0.weight ... of the first layer the first time, 1.0.weight ... the second time
///     costs    what the layers cost each time
///     refuses  less than once
///
///     using stage = ctnn::repeat<3, ctnn::conv<16, 3, ctnn::same>, ctnn::relu>;
template <extent Times, class... Layers>
struct repeat {
    using children = types<chain<Layers...>>;
    template <class Routine>
    static constexpr wire emit(builder<Routine>& b, wire in) {
        if (Times < 1) return b.refuse(refusal::number_out_of_range, in.shape);
        for (int i = 0; i < static_cast<int>(Times) && !b.refused(); ++i) {
            b.enter(i);
            in = ctnn::emit<chain<Layers...>, Routine>(b, in);
            b.leave();
        }
        return in;
    }
};

namespace detail {
/// total + branch, of equal shapes.
template <class Routine>
constexpr wire add(builder<Routine>& b, wire total, wire branch) {
    operation row = make_operation(kind::add, "add", total.shape, total.shape);
    row.in_place = row.backward_in_place = true;
    return b.apply(row, Routine{}, total, branch);
}
}  // namespace detail

/// All branches read the same input; their outputs, of equal shape, are added.
///
///     takes    what every branch takes
///     gives    the shape of a branch's output
///     learns   0.weight ... of the first branch, 1.weight ... of the second
///     costs    what the branches cost, and a pass in place for each branch but one; none in an engine behind a
///              convolution, which adds the other branch
///     refuses  fewer than two branches, outputs of different shapes
///
///     using projected = ctnn::sum<ctnn::conv<32, 1>, ctnn::chain<ctnn::conv<32, 3, ctnn::same>, ctnn::relu>>;
template <class... Branches>
struct sum {
    using children = types<Branches...>;
    template <class Routine>
    static constexpr wire emit(builder<Routine>& b, wire in) {
        if (sizeof...(Branches) < 2) return b.refuse(refusal::branches_missing, in.shape);
        wire total{};
        for (int i = 0; i < static_cast<int>(sizeof...(Branches)); ++i) {
            b.enter(i);
            const wire branch = detail::emitters<Routine, Branches...>[i](b, in);
            b.leave();
            if (b.refused()) return {};
            if (i > 0 && !(branch.shape == total.shape)) return b.refuse(refusal::branches_differ, in.shape);
            total = i == 0 ? branch : detail::add(b, total, branch);
        }
        return total;
    }
};

namespace detail {
// Each branch is placed into the same value; most placements cost nothing, because the planner lets the branch
// write there in the first place. `in` is what reaches the layer that a refusal names.
template <class Routine>
constexpr wire place_beside(builder<Routine>& b, const wire* branches, int count, const dims& in) {
    dims all = branches[0].shape;
    for (int i = 1; i < count; ++i) {
        const dims& shape = branches[i].shape;
        if (!(shape.with_channels(1) == all.with_channels(1))) return b.refuse(refusal::channels_differ, in);
        all = all.with_channels(all.channels() + shape.channels());
    }
    wire out{};
    extent channel = 0;
    for (int i = 0; i < count; ++i) {
        operation row = make_operation(kind::place, "concat", branches[i].shape, all);
        row.channel = channel;
        out = i == 0 ? b.apply(row, Routine{}, branches[i]) : b.apply_into(row, Routine{}, branches[i], out);
        channel += branches[i].shape.channels();
    }
    return out;
}
}  // namespace detail

/// All branches read the same input; their outputs lie side by side along the channels.
///
///     takes    what every branch takes
///     gives    the channels of all branches, of equal positions
///     learns   0.weight ... of the first branch, 1.weight ... of the second
///     costs    what the branches cost; mostly no pass, because branches write where the next layer reads
///     refuses  no branch, outputs that differ in more than channels
///
///     using dense_layer = ctnn::concat<ctnn::identity, ctnn::conv<12, 3, ctnn::same>>;
template <class... Branches>
struct concat {
    using children = types<Branches...>;
    template <class Routine>
    static constexpr wire emit(builder<Routine>& b, wire in) {
        if (sizeof...(Branches) == 0) return b.refuse(refusal::branches_missing, in.shape);
        wire branches[sizeof...(Branches) + 1]{};
        for (int i = 0; i < static_cast<int>(sizeof...(Branches)); ++i) {
            b.enter(i);
            branches[i] = detail::emitters<Routine, Branches...>[i](b, in);
            b.leave();
            if (b.refused()) return {};
        }
        return detail::place_beside(b, branches, static_cast<int>(sizeof...(Branches)), in.shape);
    }
};

/// Passes its input on: the shortcut of a residual block.
///
///     takes    any shape
///     gives    its input
///     learns   nothing
///     costs    nothing
///
///     using block = ctnn::sum<ctnn::identity, ctnn::conv<16, 3, ctnn::same>>;
struct identity {
    using children = types<>;
    template <class Routine>
    static constexpr wire emit(builder<Routine>&, wire in) {
        return in;
    }
};

/// x + f(x), where f is the chain of layers (He et al., "Deep residual learning", 2015).
///
///     takes    what the layers take
///     gives    the same shape
///     learns   1.0.weight ... of the first layer, 1.1.weight ... of the second
///     costs    what the layers cost, and the addition as in sum
///     refuses  layers that end in another shape
///
///     using block = ctnn::residual<ctnn::conv<16, 3, ctnn::same>, ctnn::relu, ctnn::conv<16, 3, ctnn::same>>;
template <class... Layers>
struct residual : sum<identity, chain<Layers...>> {};

/// Characters as a template argument.
template <std::size_t N>
struct fixed_text {
    char characters[N]{};
    constexpr fixed_text(const char (&text)[N]) {
        for (std::size_t i = 0; i < N; ++i) characters[i] = text[i];
    }
};

/// Gives a layer the name that its parameters have in a weight file: named<"encoder.0", conv<32>> learns
/// "encoder.0.weight". The name stands in place of the layer's position in the composition around it.
///
///     takes    what the layer takes
///     gives    what the layer gives
///     learns   Name.weight ... of the layer
///     costs    what the layer costs
///
///     using head = ctnn::named<"head", ctnn::dense<10>>;
template <fixed_text Name, class Layer>
struct named {
    using children = types<Layer>;
    template <class Routine>
    static constexpr wire emit(builder<Routine>& b, wire in) {
        b.enter(0, Name.characters);
        const wire out = ctnn::emit<Layer, Routine>(b, in);
        b.leave();
        return out;
    }
};

}  // namespace ctnn
