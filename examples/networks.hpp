// SPDX-License-Identifier: MIT
/// \file
/// The networks of this program, and how one is picked at run time from a list of types.
#pragma once

#include <string>

#include <ctnn/ctnn.hpp>

namespace classify {
namespace nn = ctnn;

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

template <class... Nets>
struct network_list {};

/// Every network that the program can train and load. One more line here, and it takes another kind of image.
// clang-format off
using networks = network_list<
    classifier<nn::shape<28, 28, 1>, 2>,
    classifier<nn::shape<64, 64, 1>, 2>,
    classifier<nn::shape<32, 32, 3>, 2>,
    classifier<nn::shape<32, 32, 3>, 3>>;
// clang-format on

/// What data needs of a network.
struct wanted_network {
    nn::extent height = 0, width = 0, channels = 0, classes = 0;
};

inline std::string spelled(nn::extent height, nn::extent width, nn::extent channels, nn::extent classes) {
    return "classifier<nn::shape<" + std::to_string(height) + ", " + std::to_string(width) + ", " +
           std::to_string(channels) + ">, " + std::to_string(classes) + ">";
}

/// Calls visit.template operator()<Net>() for each network of the list.
template <class... Nets, class Visit>
void for_each_network(network_list<Nets...>, Visit&& visit) {
    (visit.template operator()<Nets>(), ...);
}

/// The place in the list of the network with these channels and classes whose input is nearest in size, because images
/// can be resized; or why there is none.
inline nn::result<int> pick_network(const wanted_network& wanted) {
    int place = 0, best = -1;
    nn::extent least = 0;
    std::string list;
    for_each_network(networks{}, [&]<class Net>() {
        constexpr nn::dims in = Net::input_dims;
        constexpr nn::extent classes = Net::output::size;
        list += "\n    " + spelled(in.height(), in.width(), in.channels(), classes);
        const nn::extent rows = in.height() - wanted.height, columns = in.width() - wanted.width;
        const nn::extent distance = (rows < 0 ? -rows : rows) + (columns < 0 ? -columns : columns);
        if (in.channels() == wanted.channels && classes == wanted.classes && (best < 0 || distance < least)) {
            best = place;
            least = distance;
        }
        ++place;
    });
    if (best >= 0) return best;
    return nn::error(nn::error_kind::unsupported,
                     "no network for " + std::to_string(wanted.channels) +
                         (wanted.channels == 1 ? " channel" : " channels") + " and " + std::to_string(wanted.classes) +
                         " classes; examples/networks.hpp lists" + list + "\nadd the line\n    " +
                         spelled(wanted.height, wanted.width, wanted.channels, wanted.classes) + ",");
}

/// The place in the list of the network with this fingerprint, or -1.
inline int find_network(const std::string& fingerprint) {
    int place = 0, found = -1;
    for_each_network(networks{}, [&]<class Net>() {
        if (nn::fingerprint_of<Net>() == fingerprint) found = place;
        ++place;
    });
    return found;
}

/// Calls job.template operator()<Net>() for the network at a place of the list and returns its answer.
template <class Job>
int with_network(int place, Job&& job) {
    int next = 0, answer = 2;
    for_each_network(networks{}, [&]<class Net>() {
        if (next++ == place) answer = job.template operator()<Net>();
    });
    return answer;
}

}  // namespace classify
