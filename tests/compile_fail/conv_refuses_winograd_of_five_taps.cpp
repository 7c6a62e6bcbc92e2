// expect: refused<ctnn::conv<8, 5, .*.*, ctnn::shape<8, 8, 6>, ctnn::refusal::needs_winograd_window>
// expect: ctnn: winograd<2> and winograd<4> need a 3x3 window over height and width
// SPDX-License-Identifier: MIT
#include <ctnn/ctnn.hpp>
namespace nn = ctnn;

using net = nn::network<nn::shape<8, 8, 6>,
#ifdef CTNN_CORRECT
    nn::conv<8, 3, nn::winograd<4>>>;
#else
    nn::conv<8, 5, nn::winograd<4>>>;
#endif
net instance;
