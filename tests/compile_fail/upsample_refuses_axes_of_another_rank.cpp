// expect: refused<ctnn::upsample<1, 2>.*, ctnn::shape<64, 3>, ctnn::refusal::axes_differ>
// expect: ctnn: an option of this layer has another number of axes
// SPDX-License-Identifier: MIT
#include <ctnn/ctnn.hpp>
namespace nn = ctnn;

using net = nn::network<nn::shape<64, 3>,
#ifdef CTNN_CORRECT
    nn::upsample<2>>;
#else
    nn::upsample<1, 2>>;
#endif
net instance;
