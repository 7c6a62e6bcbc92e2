// SPDX-License-Identifier: MIT
/// \file
/// The network that the engine's tests share: each kind of row, odd sizes, a value with borders, a slice.
#pragma once

#include <vector>

#include <ctnn/ctnn.hpp>

namespace engine_network {
namespace nn = ctnn;

using net = nn::network<nn::shape<9, 7, 3>, nn::conv<5, 3, nn::same>, nn::batch_norm<>, nn::relu,
                        nn::concat<nn::identity, nn::max_pool<3, nn::stride<1>, nn::padding<1>>>,
                        nn::residual<nn::conv<10, 3, nn::same>, nn::relu>, nn::avg_pool<>, nn::flatten,
                        nn::dropout<0.5>, nn::dense<11>, nn::relu, nn::dense<3>, nn::softmax>;

inline std::vector<float> images(nn::extent count, std::uint64_t stream = 1) {
    nn::random_stream random(nn::seed{17}, stream);
    std::vector<float> pixels(static_cast<std::size_t>(count * net::input::size));
    for (float& p : pixels) p = static_cast<float>(2 * random.next_uniform() - 1);
    return pixels;
}

/// Running statistics that are not 0 and 1.
inline nn::model<net> trained() {
    nn::model<net> m{nn::seed{3}};
    nn::random_stream random(nn::seed{18}, 0);
    for (float& s : m.state()) s = static_cast<float>(0.5 + random.next_uniform());
    return m;
}

}  // namespace engine_network
