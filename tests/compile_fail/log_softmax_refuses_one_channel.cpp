// expect: refused<ctnn::log_softmax.*, ctnn::shape<1>, ctnn::refusal::needs_channels>
// expect: ctnn: this layer chooses between channels and needs at least two; for one output use sigmoid
// SPDX-License-Identifier: MIT
#include <ctnn/ctnn.hpp>
namespace nn = ctnn;

using net = nn::network<nn::shape<16>,
#ifdef CTNN_CORRECT
    nn::dense<2>, nn::log_softmax>;
#else
    nn::dense<1>, nn::log_softmax>;
#endif
net instance;
