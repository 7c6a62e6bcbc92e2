// expect: refused<ctnn::reshape<7, 7, 2>.*, ctnn::shape<49>, ctnn::refusal::sizes_differ>
// expect: ctnn: reshape needs a shape with as many elements as the input; correct its extents
// SPDX-License-Identifier: MIT
#include <ctnn/ctnn.hpp>
namespace nn = ctnn;

using net = nn::network<nn::shape<16>, nn::dense<49>,
#ifdef CTNN_CORRECT
    nn::reshape<7, 7, 1>>;
#else
    nn::reshape<7, 7, 2>>;
#endif
net instance;
