// expect: refused<ctnn::additive_attention_pool<8>, ctnn::shape<4, 4, 16>, ctnn::refusal::needs_sequence>
// SPDX-License-Identifier: MIT
#include <ctnn/ctnn.hpp>
namespace nn = ctnn;

using refused_network = nn::network<nn::shape<28, 28, 1>, nn::conv<16, 7, nn::stride<7>>,
#ifdef CTNN_CORRECT
    nn::reshape<16, 16>,
#endif
    nn::additive_attention_pool<8>>;
refused_network instance;
