// SPDX-License-Identifier: MIT
/// \file
/// What an engine for the network CTNN_NETWORK costs.
#include <vector>

#include "networks.hpp"

int main() {
    using net = networks::CTNN_NETWORK;
    ctnn::model<net> model{ctnn::seed{1}};
    auto engine = ctnn::freeze(model);
    const std::vector<float> image(static_cast<std::size_t>(net::input::size), 0.5f);
    return engine(image.data())[0] > 0.5f;
}
