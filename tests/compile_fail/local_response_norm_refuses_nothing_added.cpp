// expect: refused<ctnn::local_response_norm<.*.*, ctnn::shape<4, 4, 8>, ctnn::refusal::number_out_of_range>
// expect: ctnn: filters, units
// SPDX-License-Identifier: MIT
#include <ctnn/ctnn.hpp>
namespace nn = ctnn;

using net = nn::network<nn::shape<4, 4, 8>,
#ifdef CTNN_CORRECT
    nn::local_response_norm<5, nn::additive<2.0>>>;
#else
    nn::local_response_norm<5, nn::additive<0.0>>>;
#endif
net instance;
