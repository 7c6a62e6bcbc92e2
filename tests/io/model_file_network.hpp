// SPDX-License-Identifier: MIT
/// \file
/// The network of the model file's tests: small enough that each bit of its file can be tried.
#pragma once

#include <ctnn/ctnn.hpp>

namespace model_file_network {
namespace nn = ctnn;

using net = nn::network<nn::shape<8, 7, 2>, nn::conv<16>, nn::relu, nn::max_pool<>, nn::flatten,
                        nn::named<"head", nn::dense<3>>, nn::softmax>;

/// Its numbers are those of training: no bias is 0.
inline nn::model<net> trained() {
    nn::model<net> m{nn::seed{11}};
    nn::random_stream random(nn::seed{12}, 0);
    for (float& p : m.parameters()) p += static_cast<float>(0.1 * random.next_uniform());
    m.class_names = {"bacterial", "normal", "viral \"2\""};
    m.scaling = {2.0, -1.0};
    return m;
}

}  // namespace model_file_network
