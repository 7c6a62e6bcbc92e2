// expect: refused<ctnn::lp_pool<0.*, ctnn::shape<9, 9, 4>, ctnn::refusal::number_out_of_range>
// expect: ctnn: filters, units
// SPDX-License-Identifier: MIT
#include <ctnn/ctnn.hpp>
namespace nn = ctnn;

using net = nn::network<nn::shape<9, 9, 4>,
#ifdef CTNN_CORRECT
    nn::lp_pool<2>>;
#else
    nn::lp_pool<0>>;
#endif
net instance;
