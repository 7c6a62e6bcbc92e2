// expect: refused<ctnn::pixel_shuffle<2>, ctnn::shape<4, 4, 6>, ctnn::refusal::factor_does_not_divide>
// expect: ctnn: pixel_shuffle needs channels that
// SPDX-License-Identifier: MIT
#include <ctnn/ctnn.hpp>
namespace nn = ctnn;

using net = nn::network<nn::shape<4, 4, 6>,
#ifdef CTNN_CORRECT
    nn::conv<8, 1>, nn::pixel_shuffle<2>>;
#else
    nn::pixel_shuffle<2>>;
#endif
net instance;
