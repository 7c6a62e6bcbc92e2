// SPDX-License-Identifier: MIT
/// \file
/// The networks of classify, and which of them the data need.
#pragma once

#include <string>

#include <ctnn/ctnn.hpp>

#include "network_list.hpp"

namespace classify {
namespace nn = ctnn;
using examples::find_network, examples::for_each_network, examples::network_list, examples::with_network;

/// Convolution, batch norm, relu. The shift of the batch norm stands for the convolution's bias.
template <nn::extent Filters>
struct block : nn::chain<nn::conv<Filters, 3, nn::same, nn::no_bias>, nn::batch_norm<>, nn::relu> {};

/// Three blocks, then for each of 64 features how much of it there is on average and where it is strongest: a diffuse
/// finding shows in the first, a small one in the second.
template <nn::static_shape Input, nn::extent Classes>
using classifier = nn::network<Input, block<16>, nn::max_pool<>, block<32>, nn::max_pool<>, block<64>,
                               nn::concat<nn::global_avg_pool, nn::global_max_pool>, nn::dense<Classes>, nn::softmax>;

/// Logistic regression on the same pixels: what a classifier has to beat.
template <class Net>
using logistic_regression = nn::network<typename Net::input, nn::flatten, nn::dense<Net::output::size>, nn::softmax>;

/// Every network that the program can train and load. One more line here, and it takes another kind of image.
// clang-format off
using networks = network_list<
    classifier<nn::shape<28, 28, 1>, 2>,
    classifier<nn::shape<64, 64, 1>, 2>,
    classifier<nn::shape<32, 32, 3>, 2>,
    classifier<nn::shape<32, 32, 3>, 3>>;

/// The same for volumes: slices, rows and columns of voxels that have been turned to RAS. They are compiled in a file
/// of their own, volumes.cpp.
using volume_networks = network_list<
    classifier<nn::shape<16, 16, 16, 1>, 2>,
    classifier<nn::shape<32, 32, 32, 1>, 2>>;
// clang-format on

/// What data needs of a network. Images have no depth.
struct wanted_network {
    nn::extent depth = 0, height = 0, width = 0, channels = 0, classes = 0;
};

inline std::string spelled(const wanted_network& w) {
    return "classifier<nn::shape<" + (w.depth > 0 ? std::to_string(w.depth) + ", " : std::string()) +
           std::to_string(w.height) + ", " + std::to_string(w.width) + ", " + std::to_string(w.channels) + ">, " +
           std::to_string(w.classes) + ">";
}

/// What a network of a list is for.
template <class Net>
constexpr wanted_network served_by() {
    constexpr nn::dims in = Net::input_dims;
    return {in.rank == 4 ? in.depth() : 0, in.height(), in.width(), in.channels(), Net::output::size};
}

/// The place in the list of the network with these channels and classes whose input is nearest in size, because images
/// can be resized and volumes cut or filled up; or why there is none.
template <class List>
nn::result<int> pick_network(const wanted_network& wanted) {
    int place = 0, best = -1;
    nn::extent least = 0;
    std::string list;
    for_each_network(List{}, [&]<class Net>() {
        constexpr wanted_network served = served_by<Net>();
        list += "\n    " + spelled(served);
        const auto apart = [](nn::extent a, nn::extent b) { return a < b ? b - a : a - b; };
        const nn::extent distance =
            apart(served.depth, wanted.depth) + apart(served.height, wanted.height) + apart(served.width, wanted.width);
        if (served.channels == wanted.channels && served.classes == wanted.classes && (best < 0 || distance < least)) {
            best = place;
            least = distance;
        }
        ++place;
    });
    if (best >= 0) return best;
    return nn::error(nn::error_kind::unsupported, "no network for " + std::to_string(wanted.channels) +
                                                      (wanted.channels == 1 ? " channel" : " channels") + " and " +
                                                      std::to_string(wanted.classes) +
                                                      " classes; examples/networks.hpp lists" + list +
                                                      "\nadd the line\n    " + spelled(wanted) + ",");
}

}  // namespace classify
