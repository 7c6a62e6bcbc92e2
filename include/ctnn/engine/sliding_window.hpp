// SPDX-License-Identifier: MIT
/// \file
/// A segmenter of fixed input size on images and volumes of any size, in memory that is known before it starts.
#pragma once

#include <algorithm>
#include <cstdint>

#include "ctnn/core/out_of_memory.hpp"
#include "ctnn/engine/freeze.hpp"
#include "ctnn/engine/window_grid.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {
namespace execution {

/// What a network of Net's input and output needs to be moved over an image: the blended probabilities of as many
/// slices as a window is deep, and of one window the input, the output and the mirrored output.
template <class Net, class T>
struct window_memory {
    static constexpr dims input = Net::input_dims, output = Net::output_dims;
    static_assert(input.rank >= 3 && output.rank == input.rank && output.positions() == input.positions() &&
                      output.depth() == input.depth() && output.height() == input.height(),
                  "ctnn: a sliding window needs a network that answers at each position of its input");

    static constexpr extent slab(const dims& image) {
        return input.depth() * image.height() * image.width() * output.channels();
    }
    static constexpr extent elements(const dims& image, bool flips) {
        return round_up(slab(image)) + round_up(input.size()) + (flips ? 2 : 1) * round_up(output.size());
    }
};

}  // namespace execution

/// Bytes that slide_window() allocates: a slab of blended probabilities, [depth of the window][height][width][classes],
/// the numbers of one window, and the small tables of where the windows lie. Besides, there are the image, the engine
/// (engine::bytes()) and whatever takes the answer, such as one byte a position for labels.
template <class Net, class T = float>
[[nodiscard]] extent sliding_window_bytes(const dims& image, const sliding_window_options& options = {}) {
    const bool flips = options.flip_depth || options.flip_height || options.flip_width;
    extent tables = 0;  // twice, because sums of weights and growing lists live beside them for a moment
    for (int axis = 0; axis < 3; ++axis)
        tables += 2 * detail::window_axis(image.axis[axis], Net::input_dims.axis[axis], options.overlap, options.blend)
                          .bytes() +
                  8 * (image.axis[axis] + Net::input_dims.axis[axis]);
    return execution::window_memory<Net, T>::elements(image, flips) * static_cast<extent>(sizeof(T)) + tables;
}

/// Runs an engine over a whole image or volume, window by window, and gives the blended probabilities slice by slice.
///
///     takes      image [slice][row][column][channel] with its dims (of a 2-D network on a volume: each slice is an
///                image of its own); finish(z, probabilities), which is called once for each slice in order, with
///                [row][column][class], and may write into them
///     gives      at each position the mean over the windows that hold it, weighted as options.blend says; exactly the
///                network's own answer where one window holds all
///     memory     sliding_window_bytes(), allocated before the first window; nothing after that
///     refuses    with invalid_argument an overlap outside [0, 1) and axes of no length, with shape_mismatch another
///                number of channels, with out_of_memory what does not fit
///
/// Windows lie evenly, the first and the last at the image's ends. An image smaller than the window lies in its middle
/// and is surrounded by options.outside. As nnU-Net's and MONAI's sliding window inference, whose weights are these:
/// https://docs.monai.io/en/stable/inferers.html
template <class Net, class T, class Finish>
[[nodiscard]] error slide_window(engine<Net, T>& network, const T* image, const dims& of,
                                 const sliding_window_options& options, const Finish& finish) {
    if (error failed = detail::check_sliding_window(options, of, Net::input_dims)) return failed;
    return detail::catch_out_of_memory({}, [&]() -> error {
        using memory = execution::window_memory<Net, T>;
        constexpr dims in = memory::input;
        constexpr extent classes = memory::output.channels();
        const bool flip[3] = {options.flip_depth, options.flip_height, options.flip_width};
        const bool flips = flip[0] || flip[1] || flip[2];
        const auto axis = [&](int n) {
            return detail::window_axis(of.axis[n], in.axis[n], options.overlap, options.blend);
        };
        const detail::window_axis deep = axis(0), high = axis(1), wide = axis(2);
        aligned_block<T> block(memory::elements(of, flips));
        T* const slab = block.data();
        T* const window = slab + round_up(memory::slab(of));
        T* const scores = window + round_up(in.size());
        T* const mirrored = scores + round_up(memory::output.size());
        const extent slice = of.height() * of.width() * classes;

        // What the network says of the window in memory, also mirrored, back in place.
        const auto answer = [&] {
            network(window, scores, 1);
            if (!flips) return;
            extent ways = 1;
            for (int mirror = 1; mirror < 8; ++mirror) {
                bool asked = true;
                for (int n = 0; n < 3; ++n) asked = asked && (((mirror >> n) & 1) == 0 || flip[n]);
                if (!asked) continue;
                detail::mirror_window(window, in, mirror);
                network(window, mirrored, 1);
                detail::mirror_window(window, in, mirror);
                detail::mirror_window(mirrored, memory::output, mirror);
                for (extent i = 0; i < memory::output.size(); ++i) scores[i] += mirrored[i];
                ++ways;
            }
            for (extent i = 0; i < memory::output.size(); ++i) scores[i] /= static_cast<T>(ways);
        };
        const auto read = [&](extent kz, extent ky, extent kx) {
            constexpr extent row = in.width() * in.channels();
            const extent from = wide.first(kx), count = (wide.last(kx) - from) * in.channels();
            if (wide.first(kx) > 0 || high.first(ky) > 0 || deep.first(kz) > 0 || wide.last(kx) < in.width() ||
                high.last(ky) < in.height() || deep.last(kz) < in.depth())
                std::fill_n(window, in.size(), static_cast<T>(options.outside));
            for (extent z = deep.first(kz); z < deep.last(kz); ++z)
                for (extent y = high.first(ky); y < high.last(ky); ++y)
                    std::copy_n(image + (((deep.start(kz) + z) * of.height() + high.start(ky) + y) * of.width() +
                                         wide.start(kx) + from) *
                                            in.channels(),
                                count, window + (z * in.height() + y) * row + from * in.channels());
        };
        // Slice z of the image is slice z modulo the window's depth of the slab.
        const auto add = [&](extent kz, extent ky, extent kx) {
            for (extent z = deep.first(kz); z < deep.last(kz); ++z)
                for (extent y = high.first(ky); y < high.last(ky); ++y) {
                    const double share = deep.share(kz, z) * high.share(ky, y);
                    const T* from = scores + ((z * in.height() + y) * in.width() + wide.first(kx)) * classes;
                    T* to = slab + (deep.start(kz) + z) % in.depth() * slice +
                            ((high.start(ky) + y) * of.width() + wide.start(kx) + wide.first(kx)) * classes;
                    for (extent x = wide.first(kx); x < wide.last(kx); ++x) {
                        const T weight = static_cast<T>(share * wide.share(kx, x));
                        for (extent c = 0; c < classes; ++c) *to++ += weight * *from++;
                    }
                }
        };

        for (extent kz = 0; kz < deep.count(); ++kz) {
            for (extent ky = 0; ky < high.count(); ++ky)
                for (extent kx = 0; kx < wide.count(); ++kx) {
                    read(kz, ky, kx);
                    answer();
                    add(kz, ky, kx);
                }
            // What no later window reaches is done, and its place in the slab is free.
            const extent begin = deep.start(kz) + deep.first(kz);
            const extent end = kz + 1 < deep.count() ? deep.start(kz + 1) : of.depth();
            for (extent z = begin; z < end; ++z) {
                T* const done = slab + z % in.depth() * slice;
                finish(z, done);
                std::fill_n(done, slice, T{0});
            }
        }
        return {};
    });
}

/// The class of each position of an image or volume: the most probable one, or with one class of probability above one
/// half 1, else 0.
///
///     takes      what slide_window() takes; labels, one a position, [slice][row][column], of any integer type that
///                holds the classes
///
///     std::vector<std::uint8_t> labels(256 * 256 * 128);
///     auto failed = ctnn::segment_image(engine, image, ctnn::make_dims(128, 256, 256, 1), {}, labels.data());
template <class Net, class T, class Label>
[[nodiscard]] error segment_image(engine<Net, T>& network, const T* image, const dims& of,
                                  const sliding_window_options& options, Label* labels) {
    constexpr extent classes = Net::output_dims.channels();
    const extent positions = of.height() * of.width();
    return slide_window(network, image, of, options, [&](extent z, const T* probabilities) {
        Label* to = labels + z * positions;
        for (extent i = 0; i < positions; ++i, probabilities += classes)
            to[i] = static_cast<Label>(classes == 1
                                           ? static_cast<extent>(probabilities[0] > static_cast<T>(0.5))
                                           : std::max_element(probabilities, probabilities + classes) - probabilities);
    });
}

}  // namespace CTNN_BACKEND
}  // namespace ctnn
