// expect: refused<ctnn::scale_by<ctnn::conv<2, 1>.*, ctnn::shape<8, 8, 6>, ctnn::refusal::scales_differ>
// expect: ctnn: the layers of scale_by must end in a vector of the input's channels, in one channel at the input's positions, or in the input's shape
// SPDX-License-Identifier: MIT
#include <ctnn/ctnn.hpp>
namespace nn = ctnn;

using net = nn::network<nn::shape<8, 8, 6>,
#ifdef CTNN_CORRECT
    nn::scale_by<nn::conv<1, 1>, nn::sigmoid>>;
#else
    nn::scale_by<nn::conv<2, 1>, nn::sigmoid>>;
#endif
net instance;
