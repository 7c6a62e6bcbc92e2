// expect: ctnn: coarse_labels needs a joint loss whose heads are one result at several resolutions
// SPDX-License-Identifier: MIT
#include <ctnn/ctnn.hpp>
namespace nn = ctnn;

#ifdef CTNN_CORRECT
using net = nn::network<nn::shape<4, 4, 1>, nn::with_auxiliaries<
    nn::conv<4, 3, nn::same>, nn::auxiliary<nn::max_pool<>, nn::conv<2, 1>, nn::softmax>, nn::conv<2, 1>, nn::softmax>>;
#else
using net = nn::network<nn::shape<4, 4, 1>, nn::with_auxiliaries<
    nn::conv<4, 3, nn::same>, nn::auxiliary<nn::flatten, nn::dense<2>, nn::softmax>, nn::conv<2, 1>, nn::softmax>>;
#endif
auto labels() { return nn::coarse_labels(nn::deep_supervision<net>(nn::cross_entropy{}), {}); }
