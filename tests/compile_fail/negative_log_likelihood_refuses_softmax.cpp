// expect: loss_refused<ctnn::network_head::softmax, ctnn::loss_head::log_softmax, ctnn::.*negative_log_likelihood>
// expect: ctnn: negative_log_likelihood needs a network that ends with log_softmax; add log_softmax, or use cross_entropy after a softmax
// SPDX-License-Identifier: MIT
#include <ctnn/ctnn.hpp>
namespace nn = ctnn;

using data_set = nn::dataset<nn::shape<4>>;
#ifdef CTNN_CORRECT
using net = nn::network<nn::shape<4>, nn::dense<2>, nn::log_softmax>;
#else
using net = nn::network<nn::shape<4>, nn::dense<2>, nn::softmax>;
#endif
auto train(nn::model<net>& m, const data_set& d) {
    return nn::fit(m, d, nn::negative_log_likelihood{}, nn::adam{}, {.epochs = 10});
}
