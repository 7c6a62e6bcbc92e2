// expect: loss_refused<ctnn::network_head::sigmoid, ctnn::loss_head::softmax, ctnn::.*cross_entropy>
// expect: ctnn: this loss needs a network that ends with softmax; add softmax
// SPDX-License-Identifier: MIT
#include <ctnn/ctnn.hpp>
namespace nn = ctnn;

using data_set = nn::dataset<nn::shape<4>>;
#ifdef CTNN_CORRECT
using head = nn::softmax;
#else
using head = nn::sigmoid;
#endif
using net = nn::network<nn::shape<4>, nn::concat<nn::dense<2>, nn::chain<nn::dense<3>, head>>>;
auto train(nn::model<net>& m, const data_set& d) {
    return nn::fit(m, d, nn::joint<net>(nn::mean_squared_error{}, nn::cross_entropy{}), nn::adam{});
}
