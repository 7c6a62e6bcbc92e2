// expect: loss_refused<ctnn::network_head::log_softmax, ctnn::loss_head::softmax, ctnn::.*basic_focal_cross_entropy<ctnn::loss_head::softmax>
// expect: ctnn: this loss needs a network that ends with softmax; add softmax, or use the loss of that name _with_logits
// SPDX-License-Identifier: MIT
#include <ctnn/ctnn.hpp>
namespace nn = ctnn;

using data_set = nn::dataset<nn::shape<4>>;
#ifdef CTNN_CORRECT
using net = nn::network<nn::shape<4>, nn::dense<2>, nn::softmax>;
#else
using net = nn::network<nn::shape<4>, nn::dense<2>, nn::log_softmax>;
#endif
auto train(nn::model<net>& m, const data_set& d) {
    return nn::fit(m, d, nn::focal_cross_entropy{}, nn::adam{}, {.epochs = 10});
}
