// SPDX-License-Identifier: MIT
/// \file
/// Recurrent networks that classify signals or words.
#pragma once

#include "ctnn/graph/graph.hpp"
#include "ctnn/layers/layers.hpp"

namespace ctnn::models {

// clang-format off
/// shape<Steps, Channels> -> shape<Classes>, softmax: the state behind the last step. rnn_classifier<100, 12, 9> has
/// 5,513 parameters, the others about three and four times as many.
template <extent Steps, extent Channels, extent Classes, extent Units = 64>
using rnn_classifier = network<shape<Steps, Channels>, rnn<Units, last_step>, dense<Classes>, softmax>;
/// The same with gates that let the gradient pass over many steps: Cho et al., "Learning phrase representations using
/// RNN encoder-decoder for statistical machine translation", 2014. gru_classifier<100, 12, 9> has 15,561 parameters.
template <extent Steps, extent Channels, extent Classes, extent Units = 64>
using gru_classifier = network<shape<Steps, Channels>, gru<Units, last_step>, dense<Classes>, softmax>;
/// The same with cells beside the state. lstm_classifier<100, 12, 9> has 20,297 parameters.
template <extent Steps, extent Channels, extent Classes, extent Units = 64>
using lstm_classifier = network<shape<Steps, Channels>, lstm<Units, last_step>, dense<Classes>, softmax>;

/// The same in both directions, the mean over all steps that are not filled up with zeros: for sequences of different
/// lengths. bidirectional_classifier<100, 12, 9> has 40,585 parameters.
template <extent Steps, extent Channels, extent Classes, extent Units = 64>
using bidirectional_classifier = network<shape<Steps, Channels>, masking<>,
    bidirectional<lstm<Units>>, global_avg_pool, dense<Classes>, softmax>;

/// shape<Words>, class indices of a vocabulary -> shape<Classes>, softmax. By default it has 101,314 parameters.
template <extent Words = 100, extent Vocabulary = 1000, extent Classes = 2, extent Units = 64>
using word_classifier = network<shape<Words>,
    embedding<Vocabulary, Units>, lstm<Units, last_step>, dense<Units>, relu, dense<Classes>, softmax>;
// clang-format on

}  // namespace ctnn::models
