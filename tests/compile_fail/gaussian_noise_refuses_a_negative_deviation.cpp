// expect: refused<ctnn::gaussian_noise<.*.*, ctnn::shape<6>, ctnn::refusal::number_out_of_range>
// expect: ctnn: .*a deviation is not negative
// SPDX-License-Identifier: MIT
#include <ctnn/ctnn.hpp>
namespace nn = ctnn;

using net = nn::network<nn::shape<6>,
#ifdef CTNN_CORRECT
    nn::gaussian_noise<0.5>>;
#else
    nn::gaussian_noise<-0.5>>;
#endif
net instance;
