// expect: refused<ctnn::conv<12, 3, .*.*, ctnn::shape<8, 8, 8>, ctnn::refusal::groups_do_not_divide>
// expect: ctnn: groups must divide both
// SPDX-License-Identifier: MIT
#include <ctnn/ctnn.hpp>
namespace nn = ctnn;

using net = nn::network<nn::shape<8, 8, 8>, nn::repeat<3, nn::relu, nn::residual<nn::batch_norm<>,
#ifdef CTNN_CORRECT
    nn::conv<8, 3, nn::same, nn::groups<8>>>>>;
#else
    nn::conv<12, 3, nn::groups<8>>>>>;
#endif
net instance;
