// expect: refused<ctnn::conv<2, 3, .*.*, ctnn::shape<8, 8, 8, 1>, ctnn::refusal::axes_differ>
// expect: ctnn: an option of this layer has another number of axes than the input
// SPDX-License-Identifier: MIT
#include <ctnn/ctnn.hpp>
namespace nn = ctnn;

using net = nn::network<nn::shape<8, 8, 8, 1>,
#ifdef CTNN_CORRECT
    nn::conv<2, 3, nn::stride<1, 1, 2>>>;
#else
    nn::conv<2, 3, nn::stride<1, 1, 1, 2>>>;
#endif
net instance;
