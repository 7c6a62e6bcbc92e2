// SPDX-License-Identifier: MIT
/// \file
/// The networks that are compared on heartbeats, and one that reads a record sample by sample.
#pragma once

#include "beats.hpp"

namespace ecg {

/// Three stages of convolutions, the mean over what is left of the beat. 13,364 parameters.
using convolutional = nn::models::signal_cnn<samples, 1, classes>;
/// Two convolutions halve the steps; an LSTM reads them from both ends, and attention chooses among 32 of them.
using recurrent =
    nn::network<nn::shape<samples, 1>, nn::conv<16, 7, nn::stride<2>, nn::same>, nn::relu,
                nn::conv<24, 5, nn::stride<2>, nn::same>, nn::relu, nn::bidirectional<nn::lstm<32>>,
                nn::named<"look", nn::additive_attention_pool<16>>, nn::dropout<0.3>, nn::dense<classes>, nn::softmax>;
/// Tokens of eight samples, with their places; two blocks of an encoder; attention chooses among 16 of them.
using transformer =
    nn::network<nn::shape<samples, 1>, nn::conv<32, 8, nn::stride<8>>, nn::positional_encoding<nn::learned_positions>,
                nn::repeat<2, nn::transformer_encoder<nn::heads<4>, nn::feed_forward<64, nn::gelu>, nn::pre_norm,
                                                      nn::dropout_rate<0.1>>>,
                nn::layer_norm<>, nn::named<"look", nn::additive_attention_pool<16>>, nn::dense<classes>, nn::softmax>;
/// Sees one sample at a time, and can be asked behind each.
using monitor = nn::models::gru_classifier<samples, 1, classes, 32>;

static_assert(nn::streamable<monitor> && !nn::streamable<recurrent>);
static_assert(convolutional::parameter_count == 13'364);

}  // namespace ecg
