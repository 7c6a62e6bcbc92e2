// SPDX-License-Identifier: MIT
/// \file
/// Every compile-time message about a network, in one place: what a layer needs, and what to do.
#pragma once

namespace ctnn {

/// Why a layer does not fit the shape that reaches it.
enum class refusal {
    none,
    no_shape,
    no_layer,
    needs_positions,
    needs_vector,
    needs_channels,
    window_exceeds_input,
    axes_differ,
    groups_do_not_divide,
    sizes_differ,
    branches_missing,
    branches_differ,
    channels_differ,
    option_not_taken,
    number_out_of_range,
    needs_winograd_window,
    needs_even_channels,
    needs_sequence,
    causal_needs_sequence,
    output_padding_too_large,
    padding_exceeds_output,
    needs_indices,
    needs_recurrent,
    border_exceeds_input,
    scales_differ,
    factor_does_not_divide,
    needs_permutation,
    needs_steps_apart,
    heads_do_not_divide,
    needs_inputs,
    inputs_differ,
    needs_auxiliaries,
    needs_all_steps,
    needs_length,
    needs_memory,
    memory_is_no_state,
    needs_channels_for_axes,
    count  ///< how many there are; no refusal itself
};

/// What the compiler prints for a mistake: the layer, the shape that reaches it, and why it is refused.
template <class Layer, class Input, refusal Why>
struct refused {
    static_assert(Why != refusal::no_shape,
                  "ctnn: a network begins with the shape of its input; put it first: network<shape<28, 28, 1>, ...>");
    static_assert(Why != refusal::no_layer,
                  "ctnn: this is no layer; a layer has a function lower(dims) that returns an outcome, "
                  "and a block derives from chain, sum or concat");
    static_assert(Why != refusal::needs_positions,
                  "ctnn: this layer needs positions: a sequence shape<T, C>, an image shape<H, W, C> or a volume "
                  "shape<D, H, W, C>; move it before flatten and dense, or put a reshape before it");
    static_assert(Why != refusal::needs_vector,
                  "ctnn: this layer needs a vector shape<N> or a sequence shape<T, N>; "
                  "put a flatten or a global_avg_pool before it");
    static_assert(Why != refusal::needs_channels,
                  "ctnn: this layer chooses between channels and needs at least two; for one output use sigmoid");
    static_assert(Why != refusal::window_exceeds_input,
                  "ctnn: the window is larger than its padded input; pool less before it, or pad with same");
    static_assert(Why != refusal::axes_differ,
                  "ctnn: an option of this layer has another number of axes than the input; "
                  "give one number for all axes, or one for each");
    static_assert(Why != refusal::groups_do_not_divide,
                  "ctnn: groups must divide both the incoming channels and the filters; change groups or filters");
    static_assert(Why != refusal::sizes_differ,
                  "ctnn: reshape needs a shape with as many elements as the input; correct its extents");
    static_assert(
        Why != refusal::branches_missing,
        "ctnn: sum needs at least two branches, concat at least one; add what is missing, identity for instance");
    static_assert(Why != refusal::branches_differ,
                  "ctnn: the branches of sum must end in equal shapes; "
                  "match their filters and strides, or project one of them with conv<filters, 1>");
    static_assert(Why != refusal::channels_differ,
                  "ctnn: the branches of concat and each_input must end in shapes that differ in channels alone; "
                  "match their strides and padding");
    static_assert(Why != refusal::option_not_taken,
                  "ctnn: this layer does not take one of its options, or got one twice; its documentation lists them");
    static_assert(Why != refusal::number_out_of_range,
                  "ctnn: filters, units, kernels, strides, dilations, extents, factors, groups and times are at least "
                  "1, a pool's padding is at most half its window, an epsilon is positive, a deviation is not "
                  "negative, an activation's numbers lie in the range that it documents, a rate lies in [0, 1); "
                  "correct the number");
    static_assert(Why != refusal::needs_winograd_window,
                  "ctnn: winograd<2> and winograd<4> need a 3x3 window over height and width with stride 1, dilation 1 "
                  "and groups 1; leave the option out, then the layer chooses by itself");
    static_assert(Why != refusal::needs_even_channels,
                  "ctnn: this layer halves the channels and needs an even number of them; "
                  "give the layer before it as many filters or units");
    static_assert(Why != refusal::causal_needs_sequence,
                  "ctnn: causal padding needs a sequence shape<T, C>, whose first axis is time; "
                  "pad images and volumes with same");
    static_assert(Why != refusal::output_padding_too_large,
                  "ctnn: output_padding must be smaller than the stride or the dilation of its axis; "
                  "make it smaller, or put an upsample behind the layer");
    static_assert(Why != refusal::padding_exceeds_output,
                  "ctnn: the padding of this transposed convolution cuts off its whole output; pad less");
    static_assert(Why != refusal::needs_sequence,
                  "ctnn: this layer reads a sequence shape<T, C> step by step; put an embedding, a reshape or a conv "
                  "over a sequence before it, and no last_step between stacked recurrent layers");
    static_assert(Why != refusal::needs_indices,
                  "ctnn: embedding needs a vector shape<T> of class indices, one whole number a step; "
                  "put it first, or use dense for steps of several numbers");
    static_assert(Why != refusal::needs_recurrent,
                  "ctnn: bidirectional takes one recurrent layer that is not backwards itself: "
                  "bidirectional<lstm<64>>, with rnn, lstm or gru");
    static_assert(Why != refusal::border_exceeds_input,
                  "ctnn: crop must leave a position of every axis, reflect needs more positions than it adds, wrap as "
                  "many; take or add less, or pad with edge or a constant");
    static_assert(Why != refusal::scales_differ,
                  "ctnn: the layers of scale_by must end in a vector of the input's channels, in one channel at the "
                  "input's positions, or in the input's shape; end them with dense<channels> behind a global_avg_pool, "
                  "or with conv<1, 1>");
    static_assert(Why != refusal::factor_does_not_divide,
                  "ctnn: pixel_shuffle needs channels that its factor divides once for every axis, pixel_unshuffle "
                  "extents that it divides; change the filters of the layer before it, or crop or pad the input");
    static_assert(Why != refusal::needs_permutation,
                  "ctnn: permute needs each axis of the input once, counted from 1 and with the channels last; "
                  "permute<2, 1> exchanges those of a sequence");
    static_assert(Why != refusal::needs_steps_apart,
                  "ctnn: time_distributed repeats layers that look at single positions or at windows of them; "
                  "put this layer before or behind it");
    static_assert(Why != refusal::heads_do_not_divide,
                  "ctnn: attention needs channels that its heads divide, and scaled_dot_product_attention three times "
                  "as many, for queries, keys and values; change heads, or the units of the layer before it");
    static_assert(Why != refusal::needs_inputs,
                  "ctnn: this layer reads inputs of the network by their number; begin the network with "
                  "inputs<shape<28, 28, 1>, shape<5>>, count them from 0, and give each_input a branch for each");
    static_assert(Why != refusal::inputs_differ,
                  "ctnn: siamese gives all inputs of the network to the same layers; make their shapes equal, or give "
                  "each its own layers with each_input");
    static_assert(Why != refusal::needs_auxiliaries,
                  "ctnn: auxiliary heads stand within one with_auxiliaries<...>, which needs one to seven of them and "
                  "no other with_auxiliaries around or within it; put it around the network's layers");
    static_assert(Why != refusal::needs_all_steps,
                  "ctnn: this layer would lose which steps of a sequence are masked, because it has another number of "
                  "steps or none; put masking or length_mask behind it, or a pool or a recurrent layer before it");
    static_assert(Why != refusal::needs_memory,
                  "ctnn: a decoder, attention with to_memory and recurrent layers with from_memory read a memory; put "
                  "them into with_memory<encoder, decoder...>, whose first layer makes it");
    static_assert(Why != refusal::memory_is_no_state,
                  "ctnn: from_memory begins with a state as last_state gives it: shape<Units>, of an lstm "
                  "shape<2 * Units>, the state and its cells; end the encoder with such a layer, or a dense layer");
    static_assert(
        Why != refusal::needs_channels_for_axes,
        "ctnn: positional_encoding tells the place along each axis of an image by two channels at least, four "
        "in all, six of a volume; give the layer before it more filters, or take learned_positions");
    static_assert(Why != refusal::needs_length,
                  "ctnn: length_mask reads the length from an input of shape<1>; begin the network with "
                  "inputs<shape<29, 12>, shape<1>> and count them from 0");
};

}  // namespace ctnn
