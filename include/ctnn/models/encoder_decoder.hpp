// SPDX-License-Identifier: MIT
/// \file
/// Sequences to sequences.
#pragma once

#include "ctnn/models/transformer_classifier.hpp"

namespace ctnn::models {

/// Words of a vocabulary as vectors with their positions; class 0 fills up and is masked.
template <extent Vocabulary, extent Width>
struct word_vectors : chain<masking<>, embedding<Vocabulary, Width, padding_index<0>>, positional_encoding<>> {};

/// inputs<shape<Source>, shape<Target>>, the words of one sequence and those of another up to each of its words ->
/// shape<Target, Vocabulary>, softmax: which word comes next. So many pre-norm blocks of an encoder and of a decoder:
/// Vaswani et al., "Attention is all you need", 2017. encoder_decoder<20, 15, 1000> has 426,728 parameters.
///
///     using translator = ctnn::models::encoder_decoder<20, 15, 1000>;
template <extent Source, extent Target, extent Vocabulary, extent Width = 64, extent Depth = 2, extent Heads = 4>
using encoder_decoder =
    network<inputs<shape<Source>, shape<Target>>,
            with_memory<chain<input<0>, word_vectors<Vocabulary, Width>, encoder<Depth, Heads, 4 * Width>>, input<1>,
                        word_vectors<Vocabulary, Width>,
                        repeat<Depth, transformer_decoder<heads<Heads>, feed_forward<4 * Width, gelu>, pre_norm>>,
                        layer_norm<>>,
            dense<Vocabulary>, softmax>;

/// Words of a vocabulary as vectors without their positions; class 0 fills up and is masked.
template <extent Vocabulary, extent Width>
struct words_in_turn : chain<masking<>, embedding<Vocabulary, Width, padding_index<0>>> {};

/// The same by recurrent layers: the decoder begins with the state and the cells that the encoder ends with. Sutskever,
/// Vinyals and Le, "Sequence to sequence learning with neural networks", 2014;
/// https://keras.io/examples/nlp/lstm_seq2seq/. recurrent_encoder_decoder<20, 15, 1000> has 454,632 parameters.
///
///     using translator = ctnn::models::recurrent_encoder_decoder<20, 15, 1000>;
template <extent Source, extent Target, extent Vocabulary, extent Width = 64, extent Units = 128>
using recurrent_encoder_decoder =
    network<inputs<shape<Source>, shape<Target>>,
            with_memory<chain<input<0>, words_in_turn<Vocabulary, Width>, lstm<Units, last_state>>, input<1>,
                        words_in_turn<Vocabulary, Width>, lstm<Units, from_memory>>,
            dense<Vocabulary>, softmax>;

/// shape<Steps, Channels> -> the same shape, through Code numbers: a beat that cannot be told again is unlike those
/// that were learned. Srivastava et al., "Unsupervised learning of video representations using LSTMs", 2015; Malhotra
/// et al., "LSTM-based encoder-decoder for multi-sensor anomaly detection", 2016. sequence_autoencoder<128, 1> has
/// 12,705 parameters.
template <extent Steps, extent Channels, extent Code = 32>
using sequence_autoencoder =
    network<shape<Steps, Channels>, lstm<Code, last_step>, repeat_vector<Steps>, lstm<Code>, dense<Channels>>;

}  // namespace ctnn::models
