// expect: refused<ctnn::multi_head_attention<.*, ctnn::shape<10, 32>, ctnn::refusal::heads_do_not_divide>
// expect: ctnn: attention needs channels that its heads divide
// SPDX-License-Identifier: MIT
#include <ctnn/ctnn.hpp>
namespace nn = ctnn;

using net = nn::network<nn::shape<10, 32>,
#ifdef CTNN_CORRECT
    nn::multi_head_attention<nn::heads<4>>>;
#else
    nn::multi_head_attention<nn::heads<3>>>;
#endif
net instance;
