// expect: refused<ctnn::conv<8, 3, .*.*, ctnn::shape<16, 16, 16, 1>, ctnn::refusal::axes_differ>
// expect: ctnn: an option of this layer has another number of axes than the input; give one number for all axes, or one for each
// SPDX-License-Identifier: MIT
#include <ctnn/ctnn.hpp>
namespace nn = ctnn;

using net = nn::network<nn::shape<16, 16, 16, 1>,
#ifdef CTNN_CORRECT
    nn::conv<8, 3, nn::stride<1, 2, 2>>>;
#else
    nn::conv<8, 3, nn::stride<1, 2>>>;
#endif
net instance;
