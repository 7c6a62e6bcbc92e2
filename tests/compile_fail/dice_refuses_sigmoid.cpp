// expect: loss_refused<ctnn::network_head::sigmoid, ctnn::loss_head::softmax, ctnn::.*basic_dice<ctnn::loss_head::softmax>
// expect: ctnn: this loss needs a network that ends with softmax; add softmax, or use the loss of that name _with_logits
// SPDX-License-Identifier: MIT
#include <ctnn/ctnn.hpp>
namespace nn = ctnn;

using data_set = nn::dataset<nn::shape<4, 4, 1>>;
#ifdef CTNN_CORRECT
using loss = nn::binary_dice;
#else
using loss = nn::dice;
#endif
using net = nn::network<nn::shape<4, 4, 1>, nn::conv<2, 3, nn::same>, nn::sigmoid>;
auto train(nn::model<net>& m, const data_set& d) { return nn::fit(m, d, loss{}, nn::adam{}, {.epochs = 10}); }
