// expect: refused<ctnn::lstm<16>, ctnn::shape<32>, ctnn::refusal::needs_sequence>
// expect: ctnn: this layer reads a sequence shape<T, C> step by step; put an embedding, a reshape or a conv over a sequence before it, and no last_step between stacked recurrent layers
// SPDX-License-Identifier: MIT
#include <ctnn/ctnn.hpp>
namespace nn = ctnn;

using net = nn::network<nn::shape<20, 6>,
#ifdef CTNN_CORRECT
    nn::lstm<32>, nn::lstm<16>>;
#else
    nn::lstm<32, nn::last_step>, nn::lstm<16>>;
#endif
net instance;
