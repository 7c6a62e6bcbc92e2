// expect: refused<ctnn::resize<5, 5.*, ctnn::shape<3, 4, 5, 2>, ctnn::refusal::axes_differ>
// expect: ctnn: an option of this layer has another number of axes
// SPDX-License-Identifier: MIT
#include <ctnn/ctnn.hpp>
namespace nn = ctnn;

using net = nn::network<nn::shape<3, 4, 5, 2>,
#ifdef CTNN_CORRECT
    nn::resize<4, 5, 5, nn::linear>>;
#else
    nn::resize<5, 5, nn::linear>>;
#endif
net instance;
