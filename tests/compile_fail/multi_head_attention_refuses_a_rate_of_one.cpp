// expect: refused<ctnn::multi_head_attention<.*, ctnn::shape<10, 32>, ctnn::refusal::number_out_of_range>
// SPDX-License-Identifier: MIT
#include <ctnn/ctnn.hpp>
namespace nn = ctnn;

#ifdef CTNN_CORRECT
using attention = nn::multi_head_attention<nn::heads<4>, nn::dropout_rate<0.1>>;
#else
using attention = nn::multi_head_attention<nn::heads<4>, nn::dropout_rate<1.0>>;
#endif
using refused_network = nn::network<nn::shape<10, 32>, attention>;
refused_network instance;
