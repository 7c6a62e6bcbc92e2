// expect: refused<ctnn::separable_conv<8, 3, .*.*, ctnn::shape<8, 8, 6>, ctnn::refusal::number_out_of_range>
// expect: ctnn: filters, units, kernels, strides, dilations, extents, factors, groups and times are at least 1, .* correct the number
// SPDX-License-Identifier: MIT
#include <ctnn/ctnn.hpp>
namespace nn = ctnn;

using net = nn::network<nn::shape<8, 8, 6>,
#ifdef CTNN_CORRECT
    nn::separable_conv<8, 3, nn::depth_multiplier<1>>>;
#else
    nn::separable_conv<8, 3, nn::depth_multiplier<0>>>;
#endif
net instance;
