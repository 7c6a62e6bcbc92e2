// SPDX-License-Identifier: MIT
/// \file
/// What reads the inputs of a network that has several: input, each_input and siamese.
#pragma once

#include "ctnn/graph/compose.hpp"

namespace ctnn {

/// Input I of a network, counted from 0, in place of whatever reaches this word: it begins a branch. Nothing is
/// computed, and an input may be read in several places.
///
///     takes    anything; begins with the network's input I
///     gives    that input's shape
///     learns   nothing
///     costs    nothing: the input is copied once, however often it is read
///     refuses  a network without an input of this number
///
/// Values of a patient gate the channels of his image, or join far behind the encoder:
///
///     using gated = ctnn::scale_by<ctnn::input<1>, ctnn::dense<16>, ctnn::sigmoid>;
///     using joined = ctnn::concat<ctnn::identity, ctnn::input<1>>;
///
/// Outside of a branch, what it replaces would reach nobody, which the network refuses.
template <extent I>
struct input {
    using children = types<>;
    template <class Routine>
    static constexpr wire emit(builder<Routine>& b, wire in) {
        return b.read_input(I, in);
    }
};

/// Branch i reads input i of the network; the results lie side by side along the channels. What stands where decides
/// between early, middle and late fusion: the branches prepare, describe or judge their inputs.
///
///     takes    anything; begins with the network's inputs
///     gives    the channels of all branches, of equal positions
///     learns   0.0.weight ... of the first branch, 1.0.weight ... of the second
///     costs    what the branches cost; their results lie where the next layer reads them
///     refuses  another number of branches than inputs, results that differ in more than channels
///
/// Features of an image beside those of values (middle), and the scores of both (late):
///
///     using middle = ctnn::each_input<ctnn::chain<ctnn::conv<8>, ctnn::relu, ctnn::flatten>, ctnn::identity>;
///     using late = ctnn::each_input<ctnn::chain<ctnn::flatten, ctnn::dense<2>>, ctnn::dense<2>>;
///
/// Huang et al., "Fusion of medical imaging and electronic health records using deep learning", 2020
template <class... Branches>
struct each_input {
    using children = types<Branches...>;
    template <class Routine>
    static constexpr wire emit(builder<Routine>& b, wire in) {
        constexpr int count = static_cast<int>(sizeof...(Branches));
        if (b.input_count != count || count == 0) return b.refuse(refusal::needs_inputs, in.shape);
        wire branches[sizeof...(Branches) + 1]{};
        for (int i = 0; i < count; ++i) {
            b.enter(i);
            branches[i] = detail::emitters<Routine, Branches...>[i](b, b.read_input(i, in));
            b.leave();
            if (b.refused()) return {};
        }
        return detail::place_beside(b, branches, count, in.shape);
    }
};

/// The same layers, with the same parameters, on every input; the results lie side by side along the channels. The
/// parameters' gradient is the sum of the branches' gradients, to the last bit; a batch norm meets one input after the
/// other, each as a batch of its own, as a module that PyTorch calls twice does.
///
///     takes    anything; begins with the network's inputs, of equal shapes
///     gives    the channels of the layers' output, once for each input
///     learns   0.weight ... of the layers, once
///     costs    what the layers cost, once for each input
///     refuses  inputs of different shapes
///
/// Are two images of one patient?
///
///     using net = ctnn::network<ctnn::inputs<ctnn::shape<32, 32, 1>, ctnn::shape<32, 32, 1>>,
///                               ctnn::siamese<ctnn::conv<8>, ctnn::relu, ctnn::flatten, ctnn::dense<16>>,
///                               ctnn::absolute_difference, ctnn::dense<1>, ctnn::sigmoid>;
///
/// Bromley et al., "Signature verification using a Siamese time delay neural network", 1993; Koch et al., "Siamese
/// neural networks for one-shot image recognition", 2015
template <class... Layers>
struct siamese {
    using children = types<Layers...>;
    template <class Routine>
    static constexpr wire emit(builder<Routine>& b, wire in) {
        if (b.input_count == 0) return b.refuse(refusal::needs_inputs, in.shape);
        wire branches[most_inputs]{};
        const extent parameters = b.parameter_count, state = b.state_count;
        const bool within_another = b.shared, repeats = b.repeated;
        for (int i = 0; i < b.input_count; ++i) {
            branches[i] = b.read_input(i, in);
            if (b.refused()) return {};
            if (!(branches[i].shape == b.inputs[0].shape)) return b.refuse(refusal::inputs_differ, branches[i].shape);
            b.parameter_count = parameters;
            b.state_count = state;
            b.shared = true;
            b.repeated = repeats || i > 0;
            branches[i] = ctnn::emit<chain<Layers...>, Routine>(b, branches[i]);
            if (b.refused()) return {};
        }
        b.shared = within_another;
        b.repeated = repeats;
        return detail::place_beside(b, branches, b.input_count, in.shape);
    }
};

}  // namespace ctnn
