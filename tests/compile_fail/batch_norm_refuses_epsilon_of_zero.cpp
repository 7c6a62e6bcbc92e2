// expect: refused<ctnn::batch_norm<.*.*, ctnn::shape<4>, ctnn::refusal::number_out_of_range>
// expect: ctnn: filters, units
// SPDX-License-Identifier: MIT
#include <ctnn/ctnn.hpp>
namespace nn = ctnn;

using net = nn::network<nn::shape<8>, nn::dense<4>,
#ifdef CTNN_CORRECT
    nn::batch_norm<nn::epsilon<1e-3>>>;
#else
    nn::batch_norm<nn::epsilon<0.0>>>;
#endif
net instance;
