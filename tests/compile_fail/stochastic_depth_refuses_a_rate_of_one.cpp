// expect: refused<ctnn::stochastic_depth<.*.*, ctnn::shape<6>, ctnn::refusal::number_out_of_range>
// expect: ctnn: .*a rate lies in .0, 1.
// SPDX-License-Identifier: MIT
#include <ctnn/ctnn.hpp>
namespace nn = ctnn;

using net = nn::network<nn::shape<6>,
#ifdef CTNN_CORRECT
    nn::stochastic_depth<0.5>>;
#else
    nn::stochastic_depth<1.0>>;
#endif
net instance;
