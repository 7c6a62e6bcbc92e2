// expect: refused<ctnn::residual<.*.*, ctnn::shape<8, 8, 16>, ctnn::refusal::branches_differ>
// expect: ctnn: the branches of sum must end in equal shapes; match their filters and strides, or project one of them with conv<filters, 1>
// SPDX-License-Identifier: MIT
#include <ctnn/ctnn.hpp>
namespace nn = ctnn;

using net = nn::network<nn::shape<8, 8, 16>,
#ifdef CTNN_CORRECT
    nn::sum<nn::conv<32, 1>, nn::conv<32, 3, nn::same>>>;
#else
    nn::residual<nn::conv<32, 3, nn::same>>>;
#endif
net instance;
