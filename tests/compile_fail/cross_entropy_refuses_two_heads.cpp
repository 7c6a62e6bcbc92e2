// expect: loss_refused<ctnn::network_head::none, ctnn::loss_head::softmax, ctnn::.*cross_entropy>
// expect: ctnn: this loss needs a network that ends with softmax
// SPDX-License-Identifier: MIT
#include <ctnn/ctnn.hpp>
namespace nn = ctnn;

using data_set = nn::dataset<nn::shape<4>>;
using net = nn::network<nn::shape<4>, nn::concat<nn::chain<nn::dense<3>, nn::softmax>,
                                                     nn::chain<nn::dense<3>, nn::softmax>>>;
auto train(nn::model<net>& m, const data_set& d) {
#ifdef CTNN_CORRECT
    return nn::fit(m, d, nn::joint<net>(nn::cross_entropy{}, nn::cross_entropy{}), nn::adam{});
#else
    return nn::fit(m, d, nn::cross_entropy{}, nn::adam{});
#endif
}
