// expect: loss_refused<ctnn::network_head::sigmoid, ctnn::loss_head::[a-z_]+, ctnn::.*cross_entropy>
// expect: ctnn: this loss needs a network that ends with softmax; add softmax, or use the loss of that name _with_logits
// SPDX-License-Identifier: MIT
#include <ctnn/ctnn.hpp>
namespace nn = ctnn;

using data_set = nn::dataset<nn::shape<4>>;
#ifdef CTNN_CORRECT
using net = nn::network<nn::shape<4>, nn::dense<2>, nn::softmax>;
auto train(nn::model<net>& m, const data_set& d) {
    return nn::fit(m, d, nn::cross_entropy{}, nn::adam{}, {.epochs = 10});
}
#else
using net = nn::network<nn::shape<4>, nn::dense<2>, nn::sigmoid>;
auto train(nn::model<net>& m, const data_set& d) {
    return nn::fit(m, d, nn::cross_entropy{}, nn::adam{}, {.epochs = 10});
}
#endif
