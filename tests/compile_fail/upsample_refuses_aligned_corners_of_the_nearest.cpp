// expect: refused<ctnn::upsample<2.*, ctnn::shape<9, 9, 4>, ctnn::refusal::option_not_taken>
// expect: ctnn: this layer does not take one of its options
// SPDX-License-Identifier: MIT
#include <ctnn/ctnn.hpp>
namespace nn = ctnn;

using net = nn::network<nn::shape<9, 9, 4>,
#ifdef CTNN_CORRECT
    nn::upsample<2, nn::linear, nn::align_corners>>;
#else
    nn::upsample<2, nn::align_corners>>;
#endif
net instance;
