// expect: refused<ctnn::permute<1, 1>, ctnn::shape<4, 6>, ctnn::refusal::needs_permutation>
// expect: ctnn: permute needs each axis of the input once
// SPDX-License-Identifier: MIT
#include <ctnn/ctnn.hpp>
namespace nn = ctnn;

using net = nn::network<nn::shape<4, 6>,
#ifdef CTNN_CORRECT
    nn::permute<2, 1>>;
#else
    nn::permute<1, 1>>;
#endif
net instance;
