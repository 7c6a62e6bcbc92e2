// expect: refused<ctnn::transformer_decoder<.*, ctnn::shape<10, 32>, ctnn::refusal::option_not_taken>
// SPDX-License-Identifier: MIT
#include <ctnn/ctnn.hpp>
namespace nn = ctnn;

#ifdef CTNN_CORRECT
using decoder = nn::transformer_decoder<nn::heads<4>>;
#else
using decoder = nn::transformer_decoder<nn::heads<4>, nn::causal>;
#endif
using refused_network = nn::network<nn::shape<10, 32>, nn::with_memory<nn::dense<16>, decoder>>;
refused_network instance;
