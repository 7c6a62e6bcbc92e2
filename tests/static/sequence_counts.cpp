// SPDX-License-Identifier: MIT
/// \file
/// Parameters of the networks for sequences, worked out by hand.
#include <type_traits>

#include <ctnn/models/models.hpp>

namespace nn = ctnn;
namespace models = ctnn::models;

static_assert(models::rnn_classifier<100, 12, 9>::parameter_count == 12 * 64 + 64 * 64 + 64 + 64 * 9 + 9);
static_assert(models::rnn_classifier<100, 12, 9>::parameter_count == 5'513);
static_assert(models::gru_classifier<100, 12, 9>::parameter_count == 15'561);
static_assert(models::lstm_classifier<100, 12, 9>::parameter_count == 20'297);
static_assert(models::bidirectional_classifier<100, 12, 9>::parameter_count == 40'585);
static_assert(models::word_classifier<>::parameter_count == 101'314);
static_assert(models::signal_cnn<128, 1, 4>::parameter_count == 13'364);
static_assert(models::slice_classifier<16, 28, 28, 1, 2>::parameter_count == 13'234);
static_assert(models::hierarchical_attention<16, 28, 28, 1, 2>::parameter_count ==
              9 * 16 + 2 * 16 + 9 * 16 * 32 + 2 * 32 + 2 * (33 * 16 + 16) + 33 * 2);
static_assert(models::hierarchical_attention<16, 28, 28, 1, 2>::parameter_count == 6'002);
static_assert(models::sequence_autoencoder<128, 1>::parameter_count == 12'705);
static_assert(std::is_same_v<models::sequence_autoencoder<128, 1>::output, nn::shape<128, 1>>);

// Embeddings, encoder blocks and their norm, decoder blocks and theirs, the words.
constexpr nn::extent attention = 64 * 192 + 192 + 64 * 64 + 64, hidden = 64 * 256 + 256 + 256 * 64 + 64;
static_assert(models::encoder_decoder<20, 15, 1000>::parameter_count ==
              2 * 64'000 + 2 * (attention + hidden + 256) + 128 + 2 * (2 * attention + hidden + 384) + 128 + 65'000);
static_assert(models::encoder_decoder<20, 15, 1000>::parameter_count == 426'728);
static_assert(std::is_same_v<models::encoder_decoder<20, 15, 1000>::output, nn::shape<15, 1000>>);

// Embeddings, two lstms, the words.
static_assert(models::recurrent_encoder_decoder<20, 15, 1000>::parameter_count ==
              2 * 64'000 + 2 * 4 * 128 * (64 + 128 + 1) + 129'000);
static_assert(models::recurrent_encoder_decoder<20, 15, 1000>::parameter_count == 454'632);
static_assert(std::is_same_v<models::recurrent_encoder_decoder<20, 15, 1000>::output, nn::shape<15, 1000>>);
