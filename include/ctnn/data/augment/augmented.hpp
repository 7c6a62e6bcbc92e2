// SPDX-License-Identifier: MIT
/// \file
/// A data set that shows each sample a little differently in every epoch.
#pragma once

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "ctnn/data/augment/augmentation.hpp"
#include "ctnn/data/dataset.hpp"

namespace ctnn {

/// How a sample is mixed with another one, drawn from the whole data set and augmented by itself; with the share
/// lambda of Beta(alpha, alpha) it stays itself. At most one of the two alphas is above 0.
struct mixing {
    double mixup_alpha = 0;   ///< x = lambda a + (1 - lambda) b. Zhang et al., "mixup", 2018: 0.1 to 0.4 for images
    double cutmix_alpha = 0;  ///< a box of the share 1 - lambda of a is taken from b. Yun et al., "CutMix", 2019: 1

    [[nodiscard]] bool is_on() const { return mixup_alpha > 0 || cutmix_alpha > 0; }
};

/// Refuses alphas that are no numbers from 0 to 100, and both at once.
[[nodiscard, gnu::cold]] inline error check(const mixing& by) {
    if (error failed = detail::check_between("mixing", "mixup_alpha", by.mixup_alpha, 0, 100)) return failed;
    if (error failed = detail::check_between("mixing", "cutmix_alpha", by.cutmix_alpha, 0, 100)) return failed;
    if (by.mixup_alpha == 0 || by.cutmix_alpha == 0) return {};
    return {error_kind::invalid_argument, "mixing: mixup and cutmix exclude each other"};
}

/// A box of pixels, [begin, end) along depth, height and width.
struct pixel_box {
    std::array<extent, 3> begin{}, end{};
};

/// The box that cutmix takes from the other sample: the share 1 - lambda of the pixels, of the image's proportions,
/// its middle drawn uniformly and what reaches beyond the image cut off; lambda becomes what is left. Reads three
/// numbers.
[[nodiscard]] inline pixel_box draw_box(const pixel_extents& extents, double& lambda, random_stream& random) {
    const std::array<extent, 3> size = extents.axes();
    const double rank = extents.depth > 1 ? 3 : 2, side = std::pow(1 - lambda, 1 / rank);
    pixel_box box;
    extent taken = 1;
    for (std::size_t n = 0; n < 3; ++n) {
        const double length = static_cast<double>(size[n]), middle = length * random.next_uniform(),
                     half = size[n] > 1 ? side * length / 2 : length;
        box.begin[n] = std::clamp<extent>(static_cast<extent>(std::floor(middle - half + 0.5)), 0, size[n]);
        box.end[n] = std::clamp<extent>(static_cast<extent>(std::floor(middle + half + 0.5)), 0, size[n]);
        taken *= box.end[n] - box.begin[n];
    }
    lambda = 1 - static_cast<double>(taken) / static_cast<double>(extents.positions());
    return box;
}

/// Copies a box of pixels from one image or mask to another of the same extents.
template <class T>
void paste(const pixel_box& box, const pixel_view<const T>& from, const pixel_view<T>& to) {
    for (extent z = box.begin[0]; z < box.end[0]; ++z)
        for (extent y = box.begin[1]; y < box.end[1] && box.begin[2] < box.end[2]; ++y)
            std::copy(&from.at(z, y, box.begin[2]), &from.at(z, y, box.end[2] - 1) + from.extents.channels,
                      &to.at(z, y, box.begin[2]));
}

/// Writes values [sample][class], 1 for the label and 0 else, in place of labels: what mixing needs of a data set of
/// classes, and cross_entropy takes as well.
/// \returns invalid_argument for a data set without one label a sample in [0, classes); it is unchanged then
template <static_shape Input, class T>
[[nodiscard]] error labels_to_values(dataset<Input, T>& data, extent classes) {
    const auto right = [&](std::int32_t label) { return label >= 0 && label < classes; };
    if (static_cast<extent>(data.labels.size()) != data.size() ||
        !std::all_of(data.labels.begin(), data.labels.end(), right))
        return {error_kind::invalid_argument,
                detail::text_of({"labels_to_values: needs one label a sample, 0 to ", classes - 1})};
    data.values.assign(static_cast<std::size_t>(data.size() * classes), T{0});
    for (extent i = 0; i < data.size(); ++i)
        data.values[static_cast<std::size_t>(i * classes + data.labels[static_cast<std::size_t>(i)])] = 1;
    data.labels.clear();
    return {};
}

/// A data set of images or volumes that fit() sees augmented, and evaluation as they are. A label at each position is a
/// mask and gets its image's geometry; other labels and values stay, but for mixing. What is written is a function of
/// seed, epoch and sample alone: equal for any number of threads.
///
///     ctnn::augmented train(std::move(*images), {.rotation_range = 10, .horizontal_flip = true}, ctnn::seed{1});
template <static_shape Input>
struct augmented : dataset<Input, float> {
    static_assert(dims_of<Input>.rank == 3 || dims_of<Input>.rank == 4, "ctnn: only images and volumes are augmented");

    augmentation by{};
    seed random{};
    mixing mix{};

    explicit augmented(dataset<Input, float> from, const augmentation& change = {}, seed start = {},
                       const mixing& mixed = {})
        : dataset<Input, float>(std::move(from)), by(change), random(start), mix(mixed) {}

    /// The image's extents.
    static constexpr pixel_extents extents{dims_of<Input>.rank == 4 ? dims_of<Input>.depth() : 1,
                                           dims_of<Input>.height(), dims_of<Input>.width(), dims_of<Input>.channels()};

    /// Refuses ranges that make no sense, and mixing of labels that cannot be mixed: a label that is the whole sample's
    /// (labels_to_values() makes numbers of it), and masks by mixup.
    [[nodiscard]] error check(extent labels_per_sample, extent values_per_sample) const {
        if (error failed = ctnn::check(by)) return failed;
        if (error failed = ctnn::check(mix)) return failed;
        if (mix.is_on() && !this->labels.empty() && (mix.mixup_alpha > 0 || !has_masks()))
            return {error_kind::invalid_argument,
                    "mixing: labels cannot be mixed; labels_to_values() makes values of them"};
        return dataset<Input, float>::check(labels_per_sample, values_per_sample);
    }

    /// Has each position a label?
    [[nodiscard]] bool has_masks() const {
        return static_cast<extent>(this->labels.size()) == this->size() * extents.positions() &&
               extents.positions() > 1;
    }

    /// Writes a sample as this epoch shows it: its inputs, labels and values. \pre check() refuses nothing
    void write_sample(extent sample, extent epoch, float* to, std::int32_t* to_labels, float* to_values) const {
        write_alone(sample, epoch, to, to_labels);
        const extent count = static_cast<extent>(this->values.size()) / this->size();
        const float* own = this->values.data() + sample * count;
        std::copy(own, own + count, to_values);
        if (!mix.is_on()) return;

        random_stream numbers(random, stream_of(7, sample, epoch));
        const extent other = numbers.next_below(this->size());
        double lambda = next_beta(numbers, mix.mixup_alpha > 0 ? mix.mixup_alpha : mix.cutmix_alpha);
        std::vector<float> image(static_cast<std::size_t>(extents.size()));
        std::vector<std::int32_t> mask(has_masks() ? static_cast<std::size_t>(extents.positions()) : 0);
        write_alone(other, epoch, image.data(), mask.data());
        if (mix.cutmix_alpha > 0) {
            const pixel_box box = draw_box(extents, lambda, numbers);
            paste<float>(box, {extents, image.data()}, {extents, to});
            if (!mask.empty()) paste<std::int32_t>(box, {of_mask, mask.data()}, {of_mask, to_labels});
        } else {
            for (std::size_t i = 0; i < image.size(); ++i) to[i] = blend(lambda, to[i], image[i]);
        }
        const float* theirs = this->values.data() + other * count;
        for (extent i = 0; i < count; ++i) to_values[i] = blend(lambda, own[i], theirs[i]);
    }

private:
    static constexpr pixel_extents of_mask{extents.depth, extents.height, extents.width, 1};

    /// Streams that no other use of the seed reads: those of parameters, dropout and order are below 5 * 2^61.
    static std::uint64_t stream_of(std::uint64_t use, extent sample, extent epoch) {
        return (use << 61) + (static_cast<std::uint64_t>(epoch) << 32) + static_cast<std::uint64_t>(sample);
    }
    static float blend(double lambda, float a, float b) {
        return static_cast<float>(lambda * static_cast<double>(a) + (1 - lambda) * static_cast<double>(b));
    }

    /// Inputs and labels without mixing.
    void write_alone(extent sample, extent epoch, float* to, std::int32_t* to_labels) const {
        const const_image_view from(extents, this->input_of(sample));
        const drawn_augmentation drawn = draw(by, extents, random, stream_of(5, sample, epoch));
        const extent count = static_cast<extent>(this->labels.size()) / this->size();
        const std::int32_t* own = this->labels.data() + sample * count;
        error failed;
        if (has_masks()) {
            failed = augment(drawn, from, {extents, to}, {of_mask, own}, {of_mask, to_labels});
        } else {
            std::copy(own, own + count, to_labels);
            failed = augment(drawn, from, {extents, to});
        }
        if (failed) std::copy(from.begin(), from.end(), to);  // ranges that check() refuses
    }
};

}  // namespace ctnn
