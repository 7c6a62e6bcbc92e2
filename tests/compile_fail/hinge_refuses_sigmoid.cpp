// expect: loss_refused<ctnn::network_head::sigmoid, ctnn::loss_head::scores, ctnn::.*hinge>
// expect: ctnn: this loss needs scores that may have any sign and size; remove the softmax, sigmoid or log_softmax
// SPDX-License-Identifier: MIT
#include <ctnn/ctnn.hpp>
namespace nn = ctnn;

using data_set = nn::dataset<nn::shape<4>>;
#ifdef CTNN_CORRECT
using net = nn::network<nn::shape<4>, nn::dense<1>>;
#else
using net = nn::network<nn::shape<4>, nn::dense<1>, nn::sigmoid>;
#endif
auto train(nn::model<net>& m, const data_set& d) {
    return nn::fit(m, d, nn::hinge{}, nn::adam{}, {.epochs = 10});
}
