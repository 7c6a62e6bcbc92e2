// SPDX-License-Identifier: MIT
/// \file
/// A user's whole program: a network, a model and an engine.
#include <ctnn/ctnn.hpp>

#include <array>
#include <cstdio>

namespace nn = ctnn;
using net =
    nn::network<nn::shape<8, 8, 1>, nn::conv<4>, nn::relu, nn::max_pool<>, nn::flatten, nn::dense<3>, nn::softmax>;

int main() {
    nn::model<net> model{nn::seed{1}};
    auto engine = nn::freeze(model);
    std::array<float, 64> image{};
    image[9] = 1;
    float total = 0;
    for (float score : engine(image)) total += score;
    std::printf("ctnn %d.%d, scores add up to %.4f\n", CTNN_VERSION_MAJOR, CTNN_VERSION_MINOR,
                static_cast<double>(total));
    return total > 0.999f && total < 1.001f ? 0 : 1;
}
