// expect: refused<ctnn::conv<8>.*, ctnn::shape<784>, ctnn::refusal::needs_positions>
// expect: ctnn: this layer needs positions: a sequence.*put a reshape before it
// SPDX-License-Identifier: MIT
#include <ctnn/ctnn.hpp>
namespace nn = ctnn;

using net = nn::network<
#ifdef CTNN_CORRECT
    nn::shape<784>, nn::reshape<28, 28, 1>, nn::conv<8>>;
#else
    nn::shape<784>, nn::conv<8>>;
#endif
net instance;
