// expect: ctnn: evaluate needs a data set of the network.s input shape; load or resize the data to net::input
// SPDX-License-Identifier: MIT
#include <ctnn/ctnn.hpp>
namespace nn = ctnn;

using net = nn::network<nn::shape<28, 28, 1>, nn::conv<2>, nn::flatten, nn::dense<2>, nn::softmax>;
#ifdef CTNN_CORRECT
using data_set = nn::dataset<net::input>;
#else
using data_set = nn::dataset<nn::shape<28, 28, 3>>;
#endif
auto test(const nn::model<net>& m, const data_set& d) { return nn::evaluate(m, d, nn::cross_entropy{}); }
