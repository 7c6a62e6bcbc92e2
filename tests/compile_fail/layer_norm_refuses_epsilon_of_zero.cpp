// expect: refused<ctnn::layer_norm<.*.*, ctnn::shape<4, 8>, ctnn::refusal::number_out_of_range>
// expect: ctnn: filters, units
// SPDX-License-Identifier: MIT
#include <ctnn/ctnn.hpp>
namespace nn = ctnn;

using net = nn::network<nn::shape<4, 8>,
#ifdef CTNN_CORRECT
    nn::layer_norm<nn::epsilon<1e-6>>>;
#else
    nn::layer_norm<nn::epsilon<0.0>>>;
#endif
net instance;
