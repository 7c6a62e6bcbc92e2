// expect: refused<ctnn::crop<2.*, ctnn::shape<4, 9, 2>, ctnn::refusal::border_exceeds_input>
// expect: ctnn: crop must leave a position of every axis
// SPDX-License-Identifier: MIT
#include <ctnn/ctnn.hpp>
namespace nn = ctnn;

using net = nn::network<nn::shape<4, 9, 2>,
#ifdef CTNN_CORRECT
    nn::crop<1, 2>>;
#else
    nn::crop<2>>;
#endif
net instance;
