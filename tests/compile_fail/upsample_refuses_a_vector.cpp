// expect: refused<ctnn::upsample<2>.*, ctnn::shape<16>, ctnn::refusal::needs_positions>
// expect: ctnn: this layer needs positions
// SPDX-License-Identifier: MIT
#include <ctnn/ctnn.hpp>
namespace nn = ctnn;

using net = nn::network<
#ifdef CTNN_CORRECT
    nn::shape<4, 4, 1>, nn::upsample<2>>;
#else
    nn::shape<16>, nn::upsample<2>>;
#endif
net instance;
