// expect: refused<ctnn::max_pool<2, .*.*, ctnn::shape<8, 8, 1>, ctnn::refusal::number_out_of_range>
// expect: ctnn: .*a pool's padding is at most half its window
// SPDX-License-Identifier: MIT
#include <ctnn/ctnn.hpp>
namespace nn = ctnn;

using net = nn::network<nn::shape<8, 8, 1>,
#ifdef CTNN_CORRECT
    nn::max_pool<2, nn::padding<1>>>;
#else
    nn::max_pool<2, nn::padding<2>>>;
#endif
net instance;
