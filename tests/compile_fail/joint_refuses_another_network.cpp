// expect: ctnn: this joint loss belongs to a network with other heads; make it with joint<net>
// SPDX-License-Identifier: MIT
#include <ctnn/ctnn.hpp>
namespace nn = ctnn;

using data_set = nn::dataset<nn::shape<4>>;
template <nn::extent First, nn::extent Second>
using net = nn::network<nn::shape<4>, nn::concat<nn::dense<First>, nn::dense<Second>>>;
#ifdef CTNN_CORRECT
using judged = net<2, 3>;
#else
using judged = net<3, 2>;
#endif
auto train(nn::model<net<2, 3>>& m, const data_set& d) {
    return nn::fit(m, d, nn::joint<judged>(nn::mean_squared_error{}, nn::mean_squared_error{}), nn::adam{});
}
