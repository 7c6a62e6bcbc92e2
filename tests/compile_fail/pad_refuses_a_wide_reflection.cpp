// expect: refused<ctnn::pad<4.*, ctnn::shape<4, 9, 2>, ctnn::refusal::border_exceeds_input>
// expect: ctnn: crop must leave a position of every axis, reflect needs more
// SPDX-License-Identifier: MIT
#include <ctnn/ctnn.hpp>
namespace nn = ctnn;

using net = nn::network<nn::shape<4, 9, 2>,
#ifdef CTNN_CORRECT
    nn::pad<3, nn::reflect>>;
#else
    nn::pad<4, nn::reflect>>;
#endif
net instance;
