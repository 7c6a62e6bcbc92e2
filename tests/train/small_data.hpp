// SPDX-License-Identifier: MIT
/// \file
/// Small data that training's tests make themselves, and the network that they share.
#pragma once

#include <ctnn/ctnn.hpp>

namespace small_data {
namespace nn = ctnn;

using net = nn::network<nn::shape<6, 6, 1>, nn::conv<4>, nn::batch_norm<>, nn::relu, nn::max_pool<>, nn::flatten,
                        nn::dropout<0.25>, nn::dense<3>, nn::softmax>;

/// Noise in which a bright row (class 0), column (class 1) or neither (class 2) lies.
template <class T = float>
nn::dataset<nn::shape<6, 6, 1>, T> lines(nn::extent samples, std::uint64_t stream) {
    nn::dataset<nn::shape<6, 6, 1>, T> data;
    nn::random_stream random(nn::seed{31}, stream);
    for (nn::extent s = 0; s < samples; ++s) {
        const nn::extent label = random.next_below(3), at = random.next_below(6);
        for (nn::extent i = 0; i < 36; ++i) {
            const bool bright = label == 0 ? i / 6 == at : label == 1 && i % 6 == at;
            data.inputs.push_back(static_cast<T>((bright ? 1.0 : 0.0) + 0.4 * random.next_uniform()));
        }
        data.labels.push_back(static_cast<std::int32_t>(label));
    }
    return data;
}

/// Noise of three strengths, which its class says: images large enough for threads to share the work on them.
template <class Net>
nn::dataset<typename Net::input> strengths(nn::extent samples, nn::seed start) {
    nn::dataset<typename Net::input> data;
    nn::random_stream random(start, 0);
    for (nn::extent s = 0; s < samples; ++s) {
        const nn::extent label = random.next_below(3);
        for (nn::extent i = 0; i < Net::input::size; ++i)
            data.inputs.push_back(static_cast<float>(random.next_uniform() * (1.0 + 0.3 * static_cast<double>(label))));
        data.labels.push_back(static_cast<std::int32_t>(label));
    }
    return data;
}

/// 64 bits that differ when a number of a model does.
template <class Model>
std::uint64_t hash(const Model& m) {
    const auto parameters = m.parameters();
    const auto state = m.state();
    const nn::byte_view a(reinterpret_cast<const unsigned char*>(parameters.data()),
                          static_cast<nn::extent>(parameters.size_bytes()));
    const nn::byte_view b(reinterpret_cast<const unsigned char*>(state.data()),
                          static_cast<nn::extent>(state.size_bytes()));
    return nn::hash64(a) ^ nn::hash64(b, 1);
}

}  // namespace small_data
