// SPDX-License-Identifier: MIT
/// \file
/// What training the network CTNN_NETWORK with the loss CTNN_LOSS costs: the whole of fit, with adam.
#include "networks.hpp"

int main() {
    using net = networks::CTNN_NETWORK;
    ctnn::model<net> model{ctnn::seed{1}};
    const ctnn::dataset<net::input> data;
    const auto history = ctnn::fit(model, data, ctnn::CTNN_LOSS{}, ctnn::adam{}, {.epochs = 1});
    return history ? 0 : 1;
}
