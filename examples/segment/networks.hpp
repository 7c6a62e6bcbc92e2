// SPDX-License-Identifier: MIT
/// \file
/// The networks of segment, and which of them the data need.
#pragma once

#include <string>

#include <ctnn/ctnn.hpp>

#include "../network_list.hpp"

namespace segment {
namespace nn = ctnn;
using examples::find_network, examples::for_each_network, examples::network_list, examples::with_network;

/// A U-Net on volumes; Classes counts the background.
template <nn::volume_shape Input, nn::extent Classes, nn::extent... Widths>
using volume_segmenter =
    nn::network<Input, nn::models::unet_level<nn::models::unet_style, Widths...>, nn::conv<Classes, 1>, nn::softmax>;

/// The same on images, each of which is brought to a mean of 0 and a deviation of 1 first: some were exposed for
/// longer than others.
template <nn::image_shape Input, nn::extent Classes, nn::extent... Widths>
using image_segmenter =
    nn::network<Input, nn::instance_norm<>, nn::models::unet_level<nn::models::unet_style, Widths...>,
                nn::conv<Classes, 1>, nn::softmax>;

/// Every network that the program can train and load. One more line here, and it takes another kind of image.
// clang-format off
using image_networks = network_list<
    image_segmenter<nn::shape<256, 256, 1>, 2, 8, 16, 32, 64>,
    image_segmenter<nn::shape<256, 256, 3>, 2, 8, 16, 32, 64>>;

/// The same for volumes: slices, rows and columns of the window that is moved over them. They are compiled in a file of
/// their own, segment_volumes.cpp.
using volume_networks = network_list<
    volume_segmenter<nn::shape<32, 32, 32, 1>, 3, 8, 16, 32>,
    volume_segmenter<nn::shape<48, 64, 48, 1>, 3, 16, 32, 64, 128>>;
// clang-format on

/// What data needs of a network. Images have no depth.
struct wanted_network {
    nn::extent depth = 0, height = 0, width = 0, channels = 0, classes = 0;
};

inline std::string spelled(const wanted_network& w) {
    return (w.depth > 0 ? "volume_segmenter<nn::shape<" + std::to_string(w.depth) + ", "
                        : "image_segmenter<nn::shape<") +
           std::to_string(w.height) + ", " + std::to_string(w.width) + ", " + std::to_string(w.channels) + ">, " +
           std::to_string(w.classes) + ", 8, 16, 32>";
}

/// The place in the list of the network with these channels and classes whose input is nearest in size, because images
/// can be resized, and a window be moved over a volume; what lacks counts twice. Or why there is none.
template <class List>
nn::result<int> pick_network(const wanted_network& wanted) {
    int place = 0, best = -1;
    nn::extent least = 0;
    for_each_network(List{}, [&]<class Net>() {
        constexpr nn::dims in = Net::input_dims;
        const auto apart = [](nn::extent has, nn::extent needs) {
            return needs > has ? 2 * (needs - has) : has - needs;
        };
        const nn::extent distance = (in.rank == 4 ? apart(in.depth(), wanted.depth) : 0) +
                                    apart(in.height(), wanted.height) + apart(in.width(), wanted.width);
        if (in.channels() == wanted.channels && Net::output_dims.channels() == wanted.classes &&
            (best < 0 || distance < least)) {
            best = place;
            least = distance;
        }
        ++place;
    });
    if (best >= 0) return best;
    return nn::error(nn::error_kind::unsupported,
                     "no network for " + std::to_string(wanted.channels) +
                         (wanted.channels == 1 ? " channel" : " channels") + " and " + std::to_string(wanted.classes) +
                         " classes; add to the list in examples/segment/networks.hpp a line such as\n    " +
                         spelled(wanted));
}

}  // namespace segment
