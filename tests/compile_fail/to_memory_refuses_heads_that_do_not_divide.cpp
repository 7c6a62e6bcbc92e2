// expect: refused<ctnn::multi_head_attention<.*, ctnn::shape<10, 32>, ctnn::refusal::heads_do_not_divide>
// SPDX-License-Identifier: MIT
#include <ctnn/ctnn.hpp>
namespace nn = ctnn;

#ifdef CTNN_CORRECT
using attention = nn::multi_head_attention<nn::heads<4>, nn::to_memory>;
#else
using attention = nn::multi_head_attention<nn::heads<3>, nn::to_memory>;
#endif
using refused_network = nn::network<nn::shape<10, 32>, nn::with_memory<nn::dense<16>, attention>>;
refused_network instance;
