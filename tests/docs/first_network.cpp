// SPDX-License-Identifier: MIT
/// \file
/// The README's first network.
#include <cstdio>
#include <type_traits>

// [network]
#include <ctnn/ctnn.hpp>
namespace nn = ctnn;

using net = nn::network<nn::shape<28, 28, 1>,  // height, width, channels
    nn::conv<16, 3, nn::same>, nn::relu, nn::max_pool<>,
    nn::conv<32, 3, nn::same>, nn::relu, nn::max_pool<>,
    nn::flatten, nn::dense<128>, nn::relu, nn::dropout<0.5>,
    nn::dense<2>, nn::softmax>;
static_assert(std::is_same_v<net::output, nn::shape<2>>);
static_assert(net::parameter_count == 205'890);

int main() {
    nn::model<net> model{nn::seed{42}};  // owns the parameters, initialized
    std::fputs(nn::summary<net>().c_str(), stdout);
}
// [network]
