// expect: refused<ctnn::conv<0>.*, ctnn::shape<8, 8, 1>, ctnn::refusal::number_out_of_range>
// expect: ctnn: filters, units, kernels, strides, dilations, extents, factors, groups and times are at least 1
// SPDX-License-Identifier: MIT
#include <ctnn/ctnn.hpp>
namespace nn = ctnn;

using net = nn::network<nn::shape<8, 8, 1>,
#ifdef CTNN_CORRECT
    nn::conv<1>>;
#else
    nn::conv<0>>;
#endif
net instance;
