// SPDX-License-Identifier: MIT
/// \file
/// Transformers that classify words or images.
#pragma once

#include "ctnn/graph/graph.hpp"
#include "ctnn/layers/layers.hpp"

namespace ctnn::models {

/// So many pre-norm encoder blocks with gelu and a hidden layer of Hidden units, normalized behind the last: the body
/// of the networks below.
template <extent Depth, extent Heads, extent Hidden>
struct encoder
    : chain<repeat<Depth, transformer_encoder<heads<Heads>, feed_forward<Hidden, gelu>, pre_norm>>, layer_norm<>> {};

/// shape<Words>, class indices of a vocabulary -> shape<Classes>, softmax: embedding, sinusoidal positions, encoder
/// blocks, the mean of all tokens.
///
///     using reviews = ctnn::models::transformer_classifier<100, 1000, 2>;
template <extent Words, extent Vocabulary, extent Classes, extent Width = 64, extent Depth = 2, extent Heads = 4>
using transformer_classifier = network<shape<Words>, embedding<Vocabulary, Width>, positional_encoding<>,
                                       encoder<Depth, Heads, 4 * Width>, global_avg_pool, dense<Classes>, softmax>;

}  // namespace ctnn::models
