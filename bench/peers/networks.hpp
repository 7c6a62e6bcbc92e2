// SPDX-License-Identifier: MIT
/// \file
/// The reference networks of bench/networks.hpp for libraries that build a network at run time: one description, to
/// which each peer brings its own builder. A batch norm of resnet18 is folded into its convolution.
#pragma once

#include <string>
#include <vector>

namespace peers {

enum class activation { none, relu, sigmoid };

struct convolution {
    int filters = 1, kernel = 3, stride = 1, padding = 0;
    peers::activation activation = peers::activation::relu;
};

/// Does this folder describe the network?
inline bool knows(const std::string& network) {
    for (const char* name : {"cnn150", "cnn224", "net32", "unet256", "autoencoder784", "resnet18"})
        if (network == name) return true;
    return false;
}

namespace detail {

template <class Builder>
typename Builder::value unet(Builder& b) {
    using value = typename Builder::value;
    const int encoder[]{32, 32, 64, 64, 128}, decoder[]{64, 64, 32, 32};
    value x = b.image(3, 256);
    std::vector<value> shortcuts;
    for (int level = 0; level < 5; ++level) {
        x = b.conv(x, {.filters = encoder[level], .padding = 1});
        if (level == 4) break;
        shortcuts.push_back(x);
        x = b.max_pool(x, 2, 2, 0);
    }
    for (int level = 0; level < 4; ++level) {
        x = b.concat(b.upsample(x), shortcuts.back());
        shortcuts.pop_back();
        x = b.conv(x, {.filters = decoder[level], .padding = 1});
    }
    return b.conv(x, {.filters = 1, .kernel = 1, .activation = activation::sigmoid});
}

template <class Builder>
typename Builder::value resnet(Builder& b) {
    using value = typename Builder::value;
    value x = b.conv(b.image(3, 224), {.filters = 64, .kernel = 7, .stride = 2, .padding = 3});
    x = b.max_pool(x, 3, 2, 1);
    int channels = 64;
    for (const int filters : {64, 128, 256, 512})
        for (int block = 0; block < 2; ++block) {
            const int stride = filters == channels ? 1 : 2;
            const value y = b.conv(x, {.filters = filters, .stride = stride, .padding = 1});
            if (stride == 2)
                x = b.conv(x, {.filters = filters, .kernel = 1, .stride = 2, .activation = activation::none});
            x = b.conv_add(y, {.filters = filters, .padding = 1}, x);
            channels = filters;
        }
    return b.softmax(b.dense(b.average_pool(x), 1000, activation::none));
}

}  // namespace detail

/// Builder: value; image(channels, size), vector(numbers), conv(x, convolution), conv_add(x, convolution, other),
/// max_pool(x, window, stride, padding), average_pool(x), dense(x, units, activation), softmax(x), upsample(x),
/// concat(a, b).
/// \pre knows(network)
template <class Builder>
typename Builder::value build(const std::string& network, Builder& b) {
    if (network == "unet256") return detail::unet(b);
    if (network == "resnet18") return detail::resnet(b);
    if (network == "autoencoder784") {
        auto x = b.vector(784);
        for (const int units : {64, 32, 64}) x = b.dense(x, units, activation::relu);
        return b.dense(x, 784, activation::sigmoid);
    }
    if (network == "net32") {
        auto x = b.image(1, 32);
        for (const int filters : {16, 32}) x = b.max_pool(b.conv(x, {.filters = filters, .padding = 1}), 2, 2, 0);
        return b.dense(b.dense(x, 128, activation::relu), 1, activation::sigmoid);
    }
    auto x = b.image(3, network == "cnn150" ? 150 : 224);
    for (const int filters : {32, 64, 128, 128}) x = b.max_pool(b.conv(x, {.filters = filters}), 2, 2, 0);
    x = b.dense(x, 512, activation::relu);
    return network == "cnn150" ? b.softmax(b.dense(x, 3, activation::none)) : b.dense(x, 1, activation::sigmoid);
}

}  // namespace peers
