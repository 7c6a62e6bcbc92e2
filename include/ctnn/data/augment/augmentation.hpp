// SPDX-License-Identifier: MIT
/// \file
/// How images and volumes are changed a little when a network is trained on them: the ranges, what is drawn from them,
/// and what that does. Names, units and order are those of Keras' ImageDataGenerator, with a third axis for volumes.
/// https://www.tensorflow.org/api_docs/python/tf/keras/preprocessing/image/ImageDataGenerator
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <vector>

#include "ctnn/data/augment/random_fields.hpp"
#include "ctnn/data/augment/warp.hpp"

namespace ctnn {

/// Two bounds that a number is drawn between, uniformly.
struct number_range {
    double low = 0, high = 0;
    constexpr bool operator==(const number_range&) const = default;
};

/// The ranges. Where nothing is said nothing changes. In an image, what moves along the depth is not drawn.
struct augmentation {
    double rotation_range = 0;      ///< degrees to both sides, in the plane of rows and columns
    double width_shift_range = 0;   ///< to both sides: below 1 a share of the width, else pixels
    double height_shift_range = 0;  ///< likewise
    double shear_range = 0;         ///< degrees to both sides
    number_range zoom_range{1, 1};  ///< for each axis by itself; Keras' zoom_range=0.2 is {0.8, 1.2}, 0.8 enlarges
    bool horizontal_flip = false;   ///< every second sample is mirrored left to right
    bool vertical_flip = false;     ///< likewise, top to bottom
    number_range brightness_range{1, 1};  ///< what values are multiplied by
    double rescale = 1;                   ///< what they are multiplied by in the end, in every sample
    fill fill_mode = fill::nearest;       ///< what lies outside
    float cval = 0;                       ///< its value for fill::constant
    // Volumes besides:
    double depth_shift_range = 0;  ///< as width_shift_range
    double tilt_range = 0;         ///< degrees to both sides, about the axes of rows and of columns
    bool depth_flip = false;       ///< first slice to last
    // Beyond Keras:
    double white = 0;                ///< values are kept from 0 to this after brightness (Keras: 255); 0: they are not
    double offset_range = 0;         ///< what is added to all values, to both sides
    double noise_range = 0;          ///< the largest standard deviation of Gaussian noise
    number_range blur_range{};       ///< sigma of a Gaussian filter, in pixels
    number_range gamma_range{1, 1};  ///< the exponent of (x - min) / (max - min), which keeps the image's range
    double bias_field_range = 0;     ///< coefficients of a bias field, to both sides; 0.3 is much
    double elastic_alpha = 0;        ///< of elastic_displacement(): its largest value
    double elastic_sigma = 4;        ///< of elastic_displacement()
    std::int32_t mask_outside = 0;   ///< the class outside a mask, for fill::constant
};

/// One sample's numbers, drawn or chosen.
struct drawn_augmentation {
    double rotation = 0, shear = 0;                ///< degrees
    double tilt_of_rows = 0, tilt_of_columns = 0;  ///< degrees, in the planes (depth, height) and (depth, width)
    std::array<double, 3> shift{};                 ///< pixels along depth, height and width; the image moves back by it
    std::array<double, 3> zoom{1, 1, 1};
    std::array<bool, 3> flip{};
    double brightness = 1, white = 0, offset = 0, noise = 0, blur = 0, gamma = 1, rescale = 1;
    std::array<double, bias_coefficients> bias{};
    double elastic_alpha = 0, elastic_sigma = 4;
    fill fill_mode = fill::nearest;
    float cval = 0;
    std::int32_t mask_outside = 0;
    seed random{};  ///< of noise and elastic deformation, with the stream
    std::uint64_t stream = 0;
};

/// Refuses ranges that make no sense with invalid_argument: bounds that are crossed or not finite, and settings outside
/// those of the functions that use them.
[[nodiscard, gnu::cold]] inline error check(const augmentation& by) {
    const auto range = [](const char* name, const number_range& r, double least, double most) -> error {
        if (r.low >= least && r.low <= r.high && r.high <= most) return {};
        return {error_kind::invalid_argument, detail::text_of({"augmentation: ", name, " is ", r.low, " to ", r.high,
                                                               ", expected a range within ", least, " to ", most})};
    };
    const struct {
        const char* name;
        double value, least, most;
    } settings[] = {{"rotation_range", by.rotation_range, 0, 360},
                    {"width_shift_range", by.width_shift_range, 0, 65536},
                    {"height_shift_range", by.height_shift_range, 0, 65536},
                    {"depth_shift_range", by.depth_shift_range, 0, 65536},
                    {"shear_range", by.shear_range, 0, 89},
                    {"tilt_range", by.tilt_range, 0, 360},
                    {"white", by.white, 0, 1e9},
                    {"offset_range", by.offset_range, 0, 1e9},
                    {"noise_range", by.noise_range, 0, 1e9},
                    {"bias_field_range", by.bias_field_range, 0, 10},
                    {"elastic_alpha", by.elastic_alpha, 0, 1e6},
                    {"elastic_sigma", by.elastic_sigma, 0, 100},
                    {"rescale", by.rescale, -1e9, 1e9}};
    for (const auto& s : settings)
        if (error failed = detail::check_between("augmentation", s.name, s.value, s.least, s.most)) return failed;
    if (error failed = range("zoom_range", by.zoom_range, 0.01, 100)) return failed;
    if (error failed = range("brightness_range", by.brightness_range, 0, 1e6)) return failed;
    if (error failed = range("blur_range", by.blur_range, 0, 100)) return failed;
    return range("gamma_range", by.gamma_range, 0.01, 100);
}

/// What is drawn for a sample: a function of the ranges, the extents, and this seed and stream. Each number has its
/// place in the stream, so that to switch one range on changes no other number.
[[nodiscard]] inline drawn_augmentation draw(const augmentation& by, const pixel_extents& extents, seed start,
                                             std::uint64_t stream) {
    const random_stream random(start, stream);
    std::uint64_t place = 0;
    const auto between = [&](const number_range& r) { return r.low + (r.high - r.low) * random.uniform(place++); };
    const auto both_sides = [&](double most) { return between({-most, most}); };
    const auto shift = [&](double most, extent size) {
        return both_sides(most < 1 ? most * static_cast<double>(size) : most);
    };
    const auto flip = [&](bool may) { return random.uniform(place++) < 0.5 && may; };
    const bool deep = extents.depth > 1;
    drawn_augmentation d;
    d.rotation = both_sides(by.rotation_range);
    d.shift[1] = shift(by.height_shift_range, extents.height);
    d.shift[2] = shift(by.width_shift_range, extents.width);
    d.shear = both_sides(by.shear_range);
    d.zoom[1] = between(by.zoom_range);
    d.zoom[2] = between(by.zoom_range);
    d.flip[2] = flip(by.horizontal_flip);
    d.flip[1] = flip(by.vertical_flip);
    d.brightness = between(by.brightness_range);
    d.shift[0] = shift(deep ? by.depth_shift_range : 0, extents.depth);
    d.zoom[0] = between(deep ? by.zoom_range : number_range{1, 1});
    d.flip[0] = flip(deep && by.depth_flip);
    d.tilt_of_rows = both_sides(deep ? by.tilt_range : 0);
    d.tilt_of_columns = both_sides(deep ? by.tilt_range : 0);
    d.offset = both_sides(by.offset_range);
    d.noise = between({0, by.noise_range});
    d.blur = between(by.blur_range);
    d.gamma = between(by.gamma_range);
    d.elastic_alpha = between({0, by.elastic_alpha});
    for (double& coefficient : d.bias) coefficient = both_sides(by.bias_field_range);
    d.elastic_sigma = by.elastic_sigma;
    d.white = by.white;
    d.rescale = by.rescale;
    d.fill_mode = by.fill_mode;
    d.cval = by.cval;
    d.mask_outside = by.mask_outside;
    d.random = start;
    d.stream = stream;
    return d;
}

/// The geometry of what was drawn, without its elastic part. As in Keras a pixel is mirrored, zoomed, sheared, shifted
/// and rotated, about the middle of the image, to where it comes from; the matrices are Keras' on (row, column).
[[nodiscard]] inline pixel_map map_of(const drawn_augmentation& d, const pixel_extents& extents) {
    constexpr double degree = 3.14159265358979323846 / 180;
    const std::array<extent, 3> size = extents.axes();
    // A rotation in the plane of two axes.
    const auto rotated = [](std::size_t a, std::size_t b, double angle) {
        pixel_map m;
        m.matrix[a][a] = m.matrix[b][b] = std::cos(angle * degree);
        m.matrix[b][a] = std::sin(angle * degree);
        m.matrix[a][b] = -m.matrix[b][a];
        return m;
    };
    pixel_map to_middle, back, scaled, sheared, shifted;
    for (std::size_t n = 0; n < 3; ++n) {
        back.offset[n] = static_cast<double>(size[n] - 1) / 2;
        to_middle.offset[n] = -back.offset[n];
        scaled.matrix[n][n] = d.flip[n] ? -d.zoom[n] : d.zoom[n];
    }
    sheared.matrix[1][2] = -std::sin(d.shear * degree);
    sheared.matrix[2][2] = std::cos(d.shear * degree);
    shifted.offset = d.shift;
    pixel_map all = shifted.after(sheared.after(scaled.after(to_middle)));
    if (d.tilt_of_rows != 0) all = rotated(0, 1, d.tilt_of_rows).after(all);
    if (d.tilt_of_columns != 0) all = rotated(0, 2, d.tilt_of_columns).after(all);
    if (d.rotation != 0) all = rotated(1, 2, d.rotation).after(all);
    return back.after(all);
}

namespace detail {

/// Places in a sample's stream: its own numbers come first, the fields far behind them.
inline constexpr std::uint64_t elastic_place = std::uint64_t{1} << 40, noise_place = std::uint64_t{1} << 44;

/// Brightness, offset and rescale, in one pass.
inline void lighten(const image_view& image, const drawn_augmentation& d) {
    for (float& value : image) {
        double v = static_cast<double>(value) * d.brightness;
        if (d.white > 0) v = std::clamp(v, 0.0, d.white);
        value = static_cast<float>(v + d.offset);
    }
}

[[nodiscard]] inline error change_values(const image_view& image, const drawn_augmentation& d) {
    if (std::any_of(d.bias.begin(), d.bias.end(), [](double c) { return c != 0; })) apply_bias_field(image, d.bias);
    if (error failed = gaussian_filter(image, d.blur)) return failed;
    if (d.gamma != 1) {
        const auto [least, most] = std::minmax_element(image.begin(), image.end());
        const double low = static_cast<double>(*least), range = static_cast<double>(*most) - low;
        if (range > 0)
            for (float& value : image)
                value = static_cast<float>(low + range * std::pow((static_cast<double>(value) - low) / range, d.gamma));
    }
    if (d.brightness != 1 || d.offset != 0) lighten(image, d);
    if (d.noise > 0) add_noise(image, d.noise, d.random, d.stream, noise_place);
    if (d.rescale != 1)
        for (float& value : image) value *= static_cast<float>(d.rescale);
    return {};
}

}  // namespace detail

/// Writes a sample as it was drawn: image and mask by the same geometry, in one resampling, the image linear and the
/// mask by the nearest pixel; then the image's values: bias field, blur, gamma, brightness, offset, noise, rescale.
/// Both masks may be left out (no memory).
/// \returns invalid_argument for no pixels, shared memory and numbers that the functions refuse, shape_mismatch where
///          extents differ
[[nodiscard]] inline error augment(const drawn_augmentation& d, const const_image_view& from, const image_view& to,
                                   const const_mask_view& mask = {{}, nullptr},
                                   const mask_view& new_mask = {{}, nullptr}) {
    const pixel_extents& e = from.extents;
    if (error failed = detail::check_pair("augment", from, to)) return failed;
    pixel_map map = map_of(d, e);
    std::vector<float> displacement;
    if (d.elastic_alpha != 0) {
        result<std::vector<float>> field =
            elastic_displacement(e, d.elastic_alpha, d.elastic_sigma, d.random, d.stream, detail::elastic_place);
        if (!field) return field.error();
        displacement = std::move(*field);
        map.displacement = displacement.data();
    }
    if (map.is_identity())
        std::copy(from.begin(), from.end(), to.begin());
    else if (error failed = warp(from, to, map, d.fill_mode, d.cval))
        return failed;
    if (mask.data != nullptr) {
        if (!(mask.extents == pixel_extents{e.depth, e.height, e.width, 1}) || !(mask.extents == new_mask.extents))
            return {error_kind::shape_mismatch, "augment: the mask's extents are not the image's"};
        if (error failed = warp(mask, new_mask, map, d.fill_mode, d.mask_outside)) return failed;
    }
    return detail::change_values(to, d);
}

/// A warning where mirroring left to right meets classes that are told apart by their side: such a network learns that
/// left and right are the same. Empty otherwise. A name tells the side when one of its words begins with left or right.
[[nodiscard, gnu::cold]] inline std::string flip_warning(const augmentation& by,
                                                         const std::vector<std::string>& class_names) {
    if (!by.horizontal_flip) return {};
    const auto is_lower = [](char c) { return c >= 'a' && c <= 'z'; };
    const auto is_upper = [](char c) { return c >= 'A' && c <= 'Z'; };
    for (const std::string& name : class_names)
        for (const std::string word : {"left", "right"})
            for (std::size_t i = 0; i + word.size() <= name.size(); ++i) {
                const bool begins = i == 0 || !(is_lower(name[i - 1]) || is_upper(name[i - 1])) ||
                                    (is_upper(name[i]) && is_lower(name[i - 1]));
                std::size_t k = 0;
                while (k < word.size() && (name[i + k] == word[k] || name[i + k] == word[k] - 'a' + 'A')) ++k;
                if (begins && k == word.size())
                    return "horizontal_flip mirrors left and right, but the class '" + name +
                           "' is named after a side: leave the flip out, or exchange the classes where it is drawn";
            }
    return {};
}

}  // namespace ctnn
