// SPDX-License-Identifier: MIT
/// \file
/// Values of images and volumes brought to a known range, in place. Each channel by itself where its own values decide:
/// the modalities of an MRI have nothing to do with each other.
#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

#include "ctnn/data/preprocess/pixel_view.hpp"

namespace ctnn {
namespace detail {

[[nodiscard, gnu::cold]] inline error check_finite(const char* function, const const_image_view& image) {
    if (error failed = check_pixels(function, image.extents, image.data)) return failed;
    for (const float value : image)
        if (!std::isfinite(value))
            return {error_kind::not_finite, text_of({function, ": NaN or infinity among the pixels"})};
    return {};
}

/// The value below which a share of the values lies, linear between the two nearest ranks. \pre there are values
[[nodiscard]] inline double interpolated_percentile(std::vector<float>& values, double share) {
    const double rank = share * static_cast<double>(values.size() - 1);
    const auto low = static_cast<std::ptrdiff_t>(rank);
    std::nth_element(values.begin(), values.begin() + low, values.end());
    const double lower = static_cast<double>(values[static_cast<std::size_t>(low)]);
    if (static_cast<std::size_t>(low) + 1 == values.size()) return lower;
    const double upper = static_cast<double>(*std::min_element(values.begin() + low + 1, values.end()));
    return lower + (rank - static_cast<double>(low)) * (upper - lower);
}

}  // namespace detail

/// Each channel so that its smallest value becomes 0 and its largest 1; a channel of one value becomes 0.
/// \returns not_finite for NaN and infinity, invalid_argument for no pixels
[[nodiscard]] inline error normalize_min_max(const image_view& image) {
    if (error failed = detail::check_finite("normalize_min_max", image)) return failed;
    detail::for_each_channel(image, [](std::vector<float>& values) {
        const auto [least, most] = std::minmax_element(values.begin(), values.end());
        const double low = static_cast<double>(*least), range = static_cast<double>(*most) - low;
        for (float& value : values)
            value = range > 0 ? static_cast<float>((static_cast<double>(value) - low) / range) : 0.0f;
    });
    return {};
}

/// Each channel so that its mean becomes 0 and its standard deviation, sqrt(mean((x - mean)^2)), 1; a channel of one
/// value becomes 0. Refuses as normalize_min_max().
[[nodiscard]] inline error normalize_z_score(const image_view& image) {
    if (error failed = detail::check_finite("normalize_z_score", image)) return failed;
    detail::for_each_channel(image, [](std::vector<float>& values) {
        const double count = static_cast<double>(values.size());
        double sum = 0, squares = 0;
        for (const float value : values) sum += static_cast<double>(value);
        const double mean = sum / count;
        for (const float value : values) {
            const double distance = static_cast<double>(value) - mean;
            squares += distance * distance;
        }
        const double deviation = std::sqrt(squares / count);
        for (float& value : values)
            value = deviation > 0 ? static_cast<float>((static_cast<double>(value) - mean) / deviation) : 0.0f;
    });
    return {};
}

/// Each channel cut off at two of its own percentiles, `low` and `high` of 0 to 100: what is outside becomes the
/// nearer of the two. Equals numpy.clip with numpy.percentile, which is linear between ranks.
/// \returns invalid_argument for percentiles that are not 0 <= low < high <= 100, and as normalize_min_max()
[[nodiscard]] inline error clip_percentiles(const image_view& image, double low, double high) {
    if (error failed = detail::check_finite("clip_percentiles", image)) return failed;
    if (!(low >= 0 && low < high && high <= 100))
        return {error_kind::invalid_argument, detail::text_of({"clip_percentiles: low is ", low, " and high ", high,
                                                               ", expected 0 <= low < high <= 100"})};
    detail::for_each_channel(image, [&](std::vector<float>& values) {
        std::vector<float> sorted = values;
        const auto least = static_cast<float>(detail::interpolated_percentile(sorted, low / 100)),
                   most = static_cast<float>(detail::interpolated_percentile(sorted, high / 100));
        for (float& value : values) value = std::clamp(value, least, most);
    });
    return {};
}

/// The window of a CT: `level` - `width` / 2 becomes 0, `level` + `width` / 2 becomes 1, what is outside 0 or 1. In
/// HU, lung is level -600 and width 1500, soft tissue 40 and 400, bone 400 and 1800.
/// \returns invalid_argument for a width that is not above 0 and for no pixels; NaN stays NaN
[[nodiscard]] inline error apply_window(const image_view& image, double level, double width) {
    if (error failed = detail::check_pixels("apply_window", image.extents, image.data)) return failed;
    if (!(width > 0) || !std::isfinite(width) || !std::isfinite(level))
        return {error_kind::invalid_argument, detail::text_of({"apply_window: level ", level, " and width ", width,
                                                               ", expected finite numbers and a width above 0"})};
    for (float& value : image)
        value = std::clamp(static_cast<float>((static_cast<double>(value) - level) / width + 0.5), 0.0f, 1.0f);
    return {};
}

/// x^gamma for values from 0 to 1: below 1 it lightens, above it darkens. Equals skimage.exposure.adjust_gamma for
/// images whose white is 1.
/// \returns invalid_argument for a gamma outside 0.01 to 100, for a negative value and for no pixels
[[nodiscard]] inline error adjust_gamma(const image_view& image, double gamma) {
    if (error failed = detail::check_pixels("adjust_gamma", image.extents, image.data)) return failed;
    if (error failed = detail::check_between("adjust_gamma", "gamma", gamma, 0.01, 100)) return failed;
    for (const float value : image)
        if (value < 0)
            return {
                error_kind::invalid_argument,
                detail::text_of({"adjust_gamma: the value ", static_cast<double>(value), ", expected none below 0"})};
    for (float& value : image) value = static_cast<float>(std::pow(static_cast<double>(value), gamma));
    return {};
}

/// How much light a slide swallows, -log10(x / white): 0 where nothing is, and additive in stains (Beer and Lambert).
/// Values below 1e-6 of white count as 1e-6, which is an optical density of 6.
/// \returns invalid_argument for a white that is not above 0 and for no pixels
[[nodiscard]] inline error optical_density(const image_view& image, double white) {
    if (error failed = detail::check_pixels("optical_density", image.extents, image.data)) return failed;
    if (!(white > 0) || !std::isfinite(white))
        return {error_kind::invalid_argument,
                detail::text_of({"optical_density: white is ", white, ", expected a finite number above 0"})};
    for (float& value : image)
        value = static_cast<float>(-std::log10(std::max(static_cast<double>(value) / white, 1e-6)));
    return {};
}

}  // namespace ctnn
