// SPDX-License-Identifier: MIT
/// \file
/// Contrast by histograms: equalization of the whole image, and CLAHE, which equalizes around each pixel. In place,
/// each channel by itself.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "ctnn/data/preprocess/normalize.hpp"

namespace ctnn {

/// Each channel so that its values are spread evenly over 0 to 1: a value becomes the share of values in its bin and
/// below, linear between the middles of bins. Equals skimage.exposure.equalize_hist.
/// \returns invalid_argument for less than 2 or more than 65536 bins and for no pixels, not_finite for NaN and infinity
[[nodiscard]] inline error equalize_histogram(const image_view& image, extent bins = 256) {
    if (error failed = detail::check_finite("equalize_histogram", image)) return failed;
    if (error failed = detail::check_between("equalize_histogram", "bins", static_cast<double>(bins), 2, 65536))
        return failed;
    detail::for_each_channel(image, [&](std::vector<float>& values) {
        const auto [least, most] = std::minmax_element(values.begin(), values.end());
        double low = static_cast<double>(*least), high = static_cast<double>(*most);
        if (low == high) {  // as numpy.histogram: one value lies in the middle of a range of 1
            low -= 0.5;
            high += 0.5;
        }
        const double width = (high - low) / static_cast<double>(bins);
        std::vector<double> share(static_cast<std::size_t>(bins));
        for (const float value : values) {
            const auto bin = static_cast<extent>((static_cast<double>(value) - low) / width);
            share[static_cast<std::size_t>(std::clamp<extent>(bin, 0, bins - 1))] += 1;
        }
        for (std::size_t b = 1; b < share.size(); ++b) share[b] += share[b - 1];
        const double total = share.back();
        for (float& value : values) {
            const double at =
                std::clamp((static_cast<double>(value) - low) / width - 0.5, 0.0, static_cast<double>(bins - 1));
            const auto bin = static_cast<std::size_t>(at);
            const double above = share[std::min(bin + 1, share.size() - 1)], part = at - static_cast<double>(bin);
            value = static_cast<float>((share[bin] + part * (above - share[bin])) / total);
        }
    });
    return {};
}

/// How CLAHE works. The defaults are scikit-image's.
struct clahe_options {
    extent tiles = 8;          ///< along each axis: a tile is extent / tiles pixels long, rounded down
    double clip_limit = 0.01;  ///< the largest share of a tile's pixels in one bin before clipping, above 0 to 1
    extent bins = 256;         ///< of the histogram of each tile, 2 to 4096
};

namespace detail {

/// The gray levels that the image is rounded to, and the axes cut into tiles. Tile t covers the pixels [t * side,
/// (t + 1) * side), beyond the end the mirrored image.
struct clahe_grid {
    static constexpr extent levels = 16384;
    std::array<extent, 3> size{}, side{}, tiles{};
    extent bins = 0, bin_size = 0;
    [[nodiscard]] extent pixels_of_tile() const { return side[0] * side[1] * side[2]; }
};

/// numpy.pad's "reflect": the edge pixel is the mirror and stands once.
[[nodiscard]] constexpr extent mirror_place(extent at, extent size) {
    if (size == 1) return 0;
    const extent period = 2 * size - 2, rest = (at % period + period) % period;
    return rest < size ? rest : period - rest;
}

/// Cuts a histogram off at `limit` and spreads what was above it over the other bins, as scikit-image does it: first in
/// equal parts, then one by one at even distances.
inline void clip_histogram(std::vector<extent>& bins, extent limit) {
    const auto count = static_cast<extent>(bins.size());
    extent excess = 0;
    for (extent& bin : bins)
        if (bin > limit) {
            excess += bin - limit;
            bin = limit;
        }
    const extent each = excess / count, upper = limit - each;
    for (extent& bin : bins) {
        if (bin < upper) {
            excess -= each;
            bin += each;
        } else if (bin < limit) {
            excess -= limit - bin;
            bin = limit;
        }
    }
    for (extent before = excess + 1; excess > 0 && excess != before;) {
        before = excess;
        for (extent first = 0; first < count && excess > 0; ++first) {
            const extent open = std::count_if(bins.begin(), bins.end(), [&](extent bin) { return bin < limit; });
            const extent step = std::max<extent>(1, open / excess);
            for (extent b = first; b < count; b += step)
                if (extent& bin = bins[static_cast<std::size_t>(b)]; bin < limit) {
                    ++bin;
                    --excess;
                }
        }
    }
}

/// For each tile the level that each bin becomes.
[[nodiscard]] inline std::vector<float> clahe_maps(const clahe_grid& grid, const std::vector<std::uint16_t>& bin_of,
                                                   double clip_limit) {
    const extent area = grid.pixels_of_tile();
    const extent limit = std::max<extent>(1, static_cast<extent>(clip_limit * static_cast<double>(area)));
    std::vector<float> maps;
    std::vector<extent> bins(static_cast<std::size_t>(grid.bins));
    for (extent t = 0; t < grid.tiles[0] * grid.tiles[1] * grid.tiles[2]; ++t) {
        const extent tz = t / (grid.tiles[1] * grid.tiles[2]), ty = t / grid.tiles[2] % grid.tiles[1],
                     tx = t % grid.tiles[2];
        std::fill(bins.begin(), bins.end(), 0);
        for (extent z = tz * grid.side[0]; z < (tz + 1) * grid.side[0]; ++z)
            for (extent y = ty * grid.side[1]; y < (ty + 1) * grid.side[1]; ++y)
                for (extent x = tx * grid.side[2]; x < (tx + 1) * grid.side[2]; ++x) {
                    const extent row = mirror_place(z, grid.size[0]) * grid.size[1] + mirror_place(y, grid.size[1]);
                    ++bins[bin_of[static_cast<std::size_t>(row * grid.size[2] + mirror_place(x, grid.size[2]))]];
                }
        clip_histogram(bins, limit);
        extent sum = 0;
        for (const extent bin : bins) {
            sum += bin;
            maps.push_back(static_cast<float>(std::min(sum * (clahe_grid::levels - 1) / area, clahe_grid::levels - 1)));
        }
    }
    return maps;
}

/// Where a pixel lies among the tiles of an axis: between the tiles `first` and `second`.
struct clahe_place {
    extent first = 0, second = 0;
    double part = 0;
};
[[nodiscard]] inline clahe_place place_among_tiles(extent at, extent side, extent tiles) {
    const extent shifted = at + side / 2, block = shifted / side;  // half a tile is put in front of the image
    return {std::clamp<extent>(block - 1, 0, tiles - 1), std::clamp<extent>(block, 0, tiles - 1),
            static_cast<double>(shifted % side) / static_cast<double>(side)};
}

inline void equalize_tiles(std::vector<float>& values, const clahe_grid& grid, double clip_limit) {
    const auto [least, most] = std::minmax_element(values.begin(), values.end());
    const double low = static_cast<double>(*least), range = static_cast<double>(*most) - low;
    std::vector<std::uint16_t> bin_of;
    for (const float value : values) {
        const double share = range > 0 ? (static_cast<double>(value) - low) / range : 0;
        const auto level = static_cast<extent>(std::nearbyint(share * static_cast<double>(clahe_grid::levels - 1)));
        bin_of.push_back(static_cast<std::uint16_t>(level / grid.bin_size));
    }
    const std::vector<float> maps = clahe_maps(grid, bin_of, clip_limit);
    std::size_t i = 0;
    for (extent z = 0; z < grid.size[0]; ++z)
        for (extent y = 0; y < grid.size[1]; ++y)
            for (extent x = 0; x < grid.size[2]; ++x, ++i) {
                const std::array<clahe_place, 3> p{place_among_tiles(z, grid.side[0], grid.tiles[0]),
                                                   place_among_tiles(y, grid.side[1], grid.tiles[1]),
                                                   place_among_tiles(x, grid.side[2], grid.tiles[2])};
                double sum = 0;
                for (unsigned corner = 0; corner < 8; ++corner) {
                    double weight = 1;
                    extent tile = 0;
                    for (std::size_t n = 0; n < 3; ++n) {
                        const bool second = ((corner >> (2 - n)) & 1U) != 0;
                        weight *= second ? p[n].part : 1 - p[n].part;
                        tile = tile * grid.tiles[n] + (second ? p[n].second : p[n].first);
                    }
                    if (weight > 0)
                        sum +=
                            weight * static_cast<double>(maps[static_cast<std::size_t>(tile * grid.bins) + bin_of[i]]);
                }
                values[i] = static_cast<float>(sum);
            }
}

}  // namespace detail

/// Contrast-limited adaptive histogram equalization: each pixel is mapped by the equalizations of the tiles around it,
/// linear between their middles, and the result is brought to 0 to 1. Volumes have tiles along all three axes. Equals
/// skimage.exposure.equalize_adapthist of a gray image to 1e-4, as that rounds to whole levels of 1 / 16383; unlike it,
/// the channels of a color image are equalized one by one.
/// Zuiderveld, "Contrast limited adaptive histogram equalization", Graphics Gems IV, 1994.
/// \returns invalid_argument for options outside their range and for no pixels, not_finite for NaN and infinity
[[nodiscard]] inline error equalize_adaptive(const image_view& image, const clahe_options& options = {}) {
    constexpr const char* name = "equalize_adaptive";
    if (error failed = detail::check_finite(name, image)) return failed;
    if (error failed = detail::check_between(name, "tiles", static_cast<double>(options.tiles), 1, 64)) return failed;
    if (error failed = detail::check_between(name, "clip_limit", options.clip_limit, 1e-6, 1)) return failed;
    if (error failed = detail::check_between(name, "bins", static_cast<double>(options.bins), 2, 4096)) return failed;
    detail::clahe_grid grid{.size = image.extents.axes(), .bins = options.bins};
    grid.bin_size = 1 + detail::clahe_grid::levels / options.bins;
    for (std::size_t n = 0; n < 3; ++n) {
        // A tile of one pixel is no neighborhood.
        grid.side[n] = std::min(grid.size[n], std::max<extent>(2, grid.size[n] / options.tiles));
        grid.tiles[n] = (grid.size[n] + grid.side[n] - 1) / grid.side[n];
    }
    detail::for_each_channel(
        image, [&](std::vector<float>& values) { detail::equalize_tiles(values, grid, options.clip_limit); });
    return normalize_min_max(image);
}

}  // namespace ctnn
