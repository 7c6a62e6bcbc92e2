// SPDX-License-Identifier: MIT
/// \file
/// A network moved over larger and smaller images against a naive twin, by hand, and what it refuses.
#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <vector>

#include "ctnn/engine/sliding_window.hpp"
#include "ctnn/layers/layers.hpp"

namespace nn = ctnn;

namespace sliding_windows {

using volume_net = nn::network<nn::shape<4, 6, 5, 2>, nn::conv<3, 3, nn::same>, nn::softmax>;
using image_net = nn::network<nn::shape<6, 5, 1>, nn::conv<1, 3, nn::same>, nn::sigmoid>;

std::vector<float> noise(nn::extent count) {
    nn::random_stream random(nn::seed{23}, 0);
    std::vector<float> values(static_cast<std::size_t>(count));
    for (float& value : values) value = static_cast<float>(4 * random.next_uniform() - 2);
    return values;
}

template <class Net>
nn::engine<Net> network() {
    return nn::freeze(nn::model<Net>{nn::seed{3}});
}

/// Where windows of `window` begin on `size` positions when each repeats half of the one before.
std::vector<nn::extent> starts(nn::extent size, nn::extent window, double overlap) {
    if (size <= window) return {-((window - size) / 2)};
    const double step = std::max(1.0, std::floor(static_cast<double>(window) * (1 - overlap)));
    const double gaps = std::ceil(static_cast<double>(size - window) / step);
    std::vector<nn::extent> all;
    for (double k = 0; k <= gaps; ++k)
        all.push_back(static_cast<nn::extent>(std::floor(k * static_cast<double>(size - window) / gaps + 0.5)));
    return all;
}

/// Sums of weighted answers, divided by sums of weights, both for the whole image.
template <class Net>
std::vector<double> naive(nn::engine<Net>& engine, const std::vector<float>& image, const nn::dims& of,
                          const nn::sliding_window_options& options) {
    constexpr nn::dims in = Net::input_dims;
    constexpr nn::extent classes = Net::output_dims.channels();
    std::vector<double> sum(static_cast<std::size_t>(of.positions() * classes)), weights = sum;
    const auto bell = [&](nn::extent i, nn::extent window) {
        const double away = static_cast<double>(i) - static_cast<double>(window - 1) / 2;
        const double sigma = static_cast<double>(window) / 8;
        return options.blend == nn::blending::constant ? 1.0 : std::exp(-away * away / (2 * sigma * sigma));
    };
    const auto each = [](const nn::dims& d, const auto& body) {
        for (nn::extent z = 0; z < d.depth(); ++z)
            for (nn::extent y = 0; y < d.height(); ++y)
                for (nn::extent x = 0; x < d.width(); ++x) body(z, y, x);
    };
    for (const nn::extent z0 : starts(of.depth(), in.depth(), options.overlap))
        for (const nn::extent y0 : starts(of.height(), in.height(), options.overlap))
            for (const nn::extent x0 : starts(of.width(), in.width(), options.overlap)) {
                std::vector<float> window;
                const auto place = [&](nn::extent z, nn::extent y, nn::extent x) -> nn::extent {
                    z += z0, y += y0, x += x0;
                    const bool inside =
                        z >= 0 && y >= 0 && x >= 0 && z < of.depth() && y < of.height() && x < of.width();
                    return inside ? (z * of.height() + y) * of.width() + x : -1;
                };
                each(in, [&](nn::extent z, nn::extent y, nn::extent x) {
                    const nn::extent at = place(z, y, x);
                    for (nn::extent c = 0; c < in.channels(); ++c)
                        window.push_back(at < 0 ? static_cast<float>(options.outside)
                                                : image[static_cast<std::size_t>(at * in.channels() + c)]);
                });
                const auto scores = engine(window.data());
                each(in, [&](nn::extent z, nn::extent y, nn::extent x) {
                    const nn::extent at = place(z, y, x);
                    const double w = bell(z, in.depth()) * bell(y, in.height()) * bell(x, in.width());
                    for (nn::extent c = 0; at >= 0 && c < classes; ++c) {
                        const auto to = static_cast<std::size_t>(at * classes + c);
                        sum[to] +=
                            w * static_cast<double>(scores[((z * in.height() + y) * in.width() + x) * classes + c]);
                        weights[to] += w;
                    }
                });
            }
    for (std::size_t i = 0; i < sum.size(); ++i) sum[i] /= weights[i];
    return sum;
}

template <class Net>
std::vector<float> slide(nn::engine<Net>& engine, const std::vector<float>& image, const nn::dims& of,
                         const nn::sliding_window_options& options) {
    std::vector<float> all;
    const auto failed = nn::slide_window(engine, image.data(), of, options, [&](nn::extent z, const float* slice) {
        const nn::extent numbers = of.height() * of.width() * Net::output_dims.channels();
        CHECK(static_cast<nn::extent>(all.size()) == z * numbers);
        all.insert(all.end(), slice, slice + numbers);
    });
    REQUIRE_FALSE(failed);
    return all;
}

}  // namespace sliding_windows

using namespace sliding_windows;

TEST_CASE("a moved network gives what a naive twin gives, on larger, smaller, thin and ragged images") {
    auto engine = network<volume_net>();
    for (const std::array<nn::extent, 3> size :
         {std::array<nn::extent, 3>{9, 13, 8}, {4, 6, 5}, {3, 7, 4}, {1, 1, 1}, {11, 2, 16}})
        for (const double overlap : {0.0, 0.5, 0.8})
            for (const nn::blending blend : {nn::blending::gaussian, nn::blending::constant}) {
                INFO(size[0], " ", size[1], " ", size[2], " ", overlap);
                const nn::dims of = nn::make_dims(size[0], size[1], size[2], 2);
                const std::vector<float> image = noise(of.size());
                const nn::sliding_window_options options{.overlap = overlap, .blend = blend, .outside = -0.5};
                const auto found = slide(engine, image, of, options);
                const auto wanted = naive(engine, image, of, options);
                REQUIRE(found.size() == wanted.size());
                double apart = 0;
                for (std::size_t i = 0; i < found.size(); ++i)
                    apart = std::max(apart, std::abs(static_cast<double>(found[i]) - wanted[i]));
                CHECK(apart < 1e-6);
            }
}

TEST_CASE("where one window holds all, the answer is the network's own, bit by bit") {
    auto engine = network<volume_net>();
    const std::vector<float> image = noise(volume_net::input::size);
    const auto own = engine(image.data());
    CHECK(slide(engine, image, volume_net::input_dims, {}) == std::vector<float>(own.begin(), own.end()));
    std::vector<std::uint8_t> labels(120, 9);
    REQUIRE_FALSE(nn::segment_image(engine, image.data(), volume_net::input_dims, {}, labels.data()));
    for (std::size_t i = 0; i < 120; ++i)
        CHECK(labels[i] ==
              std::max_element(&own[static_cast<nn::extent>(3 * i)], &own[static_cast<nn::extent>(3 * i)] + 3) -
                  &own[static_cast<nn::extent>(3 * i)]);
}

TEST_CASE("a network of images takes the slices of a volume one by one; one class is told at one half") {
    auto engine = network<image_net>();
    const nn::dims of = nn::make_dims(3, 8, 9, 1);
    const std::vector<float> image = noise(of.size());
    const auto found = slide(engine, image, of, {});
    std::vector<std::int32_t> labels(found.size());
    REQUIRE_FALSE(nn::segment_image(engine, image.data(), of, {}, labels.data()));
    for (std::size_t i = 0; i < found.size(); ++i) CHECK(labels[i] == (found[i] > 0.5f ? 1 : 0));
    const std::vector<float> middle(image.begin() + 72, image.begin() + 144);
    const auto alone = slide(engine, middle, nn::make_dims(8, 9, 1), {});
    CHECK(std::equal(alone.begin(), alone.end(), found.begin() + 72));
}

TEST_CASE("mirrored windows are averaged in place") {
    auto engine = network<image_net>();
    const std::vector<float> image = noise(30);
    const auto mirrored = [](std::vector<float> values, bool rows, bool columns) {
        std::vector<float> to;
        for (std::size_t y = 0; y < 6; ++y)
            for (std::size_t x = 0; x < 5; ++x) to.push_back(values[(rows ? 5 - y : y) * 5 + (columns ? 4 - x : x)]);
        return to;
    };
    std::vector<double> mean(30);
    for (const bool rows : {false, true})
        for (const bool columns : {false, true}) {
            const auto scores = engine(mirrored(image, rows, columns).data());
            const auto back = mirrored({scores.begin(), scores.end()}, rows, columns);
            for (std::size_t i = 0; i < 30; ++i) mean[i] += static_cast<double>(back[i]) / 4;
        }
    const auto found = slide(engine, image, image_net::input_dims, {.flip_height = true, .flip_width = true});
    for (std::size_t i = 0; i < 30; ++i) CHECK(static_cast<double>(found[i]) == doctest::Approx(mean[i]).epsilon(1e-6));
}

TEST_CASE("a moved network says what it cannot do") {
    auto engine = network<volume_net>();
    const std::vector<float> image = noise(240);
    std::uint8_t label = 0;
    const auto message = [&](const nn::dims& of, const nn::sliding_window_options& options) {
        return nn::segment_image(engine, image.data(), of, options, &label).message();
    };
    CHECK(message(volume_net::input_dims, {.overlap = 1}) ==
          "sliding window: overlap is 1, expected a number from 0 to below 1");
    CHECK(message(volume_net::input_dims, {.overlap = -0.1}) ==
          "sliding window: overlap is -0.1, expected a number from 0 to below 1");
    CHECK(message(volume_net::input_dims, {.outside = std::nan("")}) ==
          "sliding window: outside is not a finite number");
    CHECK(message(nn::make_dims(4, 6, 5, 1), {}) == "sliding window: an image of 1 channels, the network reads 2");
    nn::dims empty = volume_net::input_dims;
    empty.axis[1] = 0;
    CHECK(message(empty, {}) == "sliding window: the image has an axis without positions");
}
