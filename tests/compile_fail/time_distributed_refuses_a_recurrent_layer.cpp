// expect: refused<ctnn::lstm<8>, ctnn::shape<12, 4>, ctnn::refusal::needs_steps_apart>
// expect: ctnn: time_distributed repeats layers that look at single positions or at windows of them; put this layer before or behind it
// SPDX-License-Identifier: MIT
#include <ctnn/ctnn.hpp>
namespace nn = ctnn;

using net = nn::network<nn::shape<20, 12, 4>,
#ifdef CTNN_CORRECT
    nn::time_distributed<nn::conv<8>, nn::flatten>, nn::lstm<8>>;
#else
    nn::time_distributed<nn::lstm<8>>>;
#endif
net instance;
