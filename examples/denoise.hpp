// SPDX-License-Identifier: MIT
/// \file
/// Takes noise out of images: drawn images, an autoencoder that learns, and a median filter to compare with.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include <ctnn/ctnn.hpp>
#include <ctnn/report/picture.hpp>
#include <ctnn/train/progress_bar.hpp>

namespace denoise {
namespace nn = ctnn;

inline constexpr nn::extent side = 64;
using input = nn::shape<side, side, 1>;
/// Through a code of a quarter as many positions; what is no edge and no surface does not pass it.
using autoencoder = nn::models::conv_autoencoder<input, 32>;
inline constexpr double deviation = 0.1;  ///< of the noise; pixels are from 0 to 1

struct settings {
    nn::extent images = 2000, epochs = 20;
    nn::seed random{1};
    std::string out;
};

/// Draws phantom `number` of a series: a body with organs, all ellipses with a gradient of brightness, some of them
/// next to each other, and a few thin lines. Without noise.
inline void draw(nn::seed start, std::uint64_t number, float* to) {
    nn::random_stream random(start, (std::uint64_t{6} << 61) + number);
    const auto between = [&](double low, double high) { return low + (high - low) * random.next_uniform(); };
    struct ellipse {
        double x, y, c, s, wide, high, light, slope;
    };
    std::vector<ellipse> all;
    const auto add = [&](double reach, double low, double high, double light) {
        const double angle = between(0, 3.14);
        all.push_back({between(-reach, reach), between(-reach, reach), std::cos(angle), std::sin(angle),
                       between(low, high), between(low, high), light, between(-0.1, 0.1)});
    };
    add(0.1, 0.75, 0.95, between(0.35, 0.5));
    const nn::extent organs = 4 + random.next_below(5);
    for (nn::extent i = 0; i < organs; ++i) add(0.6, 0.08, 0.4, between(-0.3, 0.35));
    for (int i = 0; i < 3; ++i) add(0.7, 0.5, 0.8, between(0.1, 0.3));
    for (std::size_t i = all.size() - 3; i < all.size(); ++i) all[i].high = 0.02;
    for (nn::extent y = 0; y < side; ++y)
        for (nn::extent x = 0; x < side; ++x) {
            double light = 0.1;
            for (const ellipse& e : all) {
                const double dx = (2 * static_cast<double>(x) + 1) / side - 1 - e.x,
                             dy = (2 * static_cast<double>(y) + 1) / side - 1 - e.y;
                const double u = (e.c * dx + e.s * dy) / e.wide, v = (e.c * dy - e.s * dx) / e.high;
                // An edge about one pixel wide.
                const double inside = (1 - std::sqrt(u * u + v * v)) * std::min(e.wide, e.high) * side / 2;
                light += (e.light + e.slope * u) * std::clamp(inside + 0.5, 0.0, 1.0);
            }
            to[y * side + x] = static_cast<float>(std::clamp(light, 0.0, 1.0));
        }
}

/// Adds noise of the stated deviation: the sum of 12 uniform numbers, which is nearly normal.
inline void add_noise(const float* clean, nn::random_stream random, float* to) {
    for (nn::extent i = 0; i < input::size; ++i) {
        double sum = -6;
        for (int k = 0; k < 12; ++k) sum += random.next_uniform();
        to[i] = static_cast<float>(static_cast<double>(clean[i]) + deviation * sum);
    }
}

/// Clean images as values, and as inputs the same with noise, which training draws anew in every epoch.
struct noisy_images : nn::dataset<input> {
    nn::seed random{};

    noisy_images(nn::seed start, std::uint64_t first, nn::extent count) : random(start) {
        values.resize(static_cast<std::size_t>(count * input::size));
        inputs.resize(values.size());
        for (nn::extent i = 0; i < count; ++i) {
            draw(start, first + static_cast<std::uint64_t>(i), values.data() + i * input::size);
            write_input(i, 0, inputs.data() + i * input::size);
        }
    }
    /// What fit() calls for each sample of a batch.
    void write_input(nn::extent sample, nn::extent epoch, float* to) const {
        add_noise(clean(sample),
                  {random, (std::uint64_t{5} << 61) + (static_cast<std::uint64_t>(epoch) << 32) +
                               static_cast<std::uint64_t>(sample)},
                  to);
    }
    [[nodiscard]] const float* clean(nn::extent sample) const { return values.data() + sample * input::size; }
};

/// The median of the square of pixels around each, which at the border is repeated.
inline void median_filter(const float* from, nn::extent reach, float* to) {
    std::vector<float> window;
    for (nn::extent y = 0; y < side; ++y)
        for (nn::extent x = 0; x < side; ++x) {
            window.clear();
            for (nn::extent dy = -reach; dy <= reach; ++dy)
                for (nn::extent dx = -reach; dx <= reach; ++dx)
                    window.push_back(from[std::clamp<nn::extent>(y + dy, 0, side - 1) * side +
                                          std::clamp<nn::extent>(x + dx, 0, side - 1)]);
            const auto middle = window.begin() + static_cast<std::ptrdiff_t>(window.size() / 2);
            std::nth_element(window.begin(), middle, window.end());
            to[y * side + x] = *middle;
        }
}

/// What a way to take noise out is worth: means over images.
struct quality {
    std::string name;
    double decibels = 0, similarity = 0;
};

inline quality measure(const std::string& name, const std::vector<float>& found, const noisy_images& truth) {
    quality q{name};
    const auto count = static_cast<double>(truth.size());
    for (nn::extent i = 0; i < truth.size(); ++i) {
        const float* image = found.data() + i * input::size;
        q.decibels += nn::peak_signal_to_noise(image, truth.clean(i), input::size) / count;
        const auto similarity = nn::structural_similarity(image, truth.clean(i), nn::dims_of<input>);
        q.similarity += (similarity ? *similarity : 0) / count;
    }
    return q;
}

/// Rows of images: clean, noisy, and what each way made of it.
inline nn::canvas draw_rows(const noisy_images& truth, const std::vector<std::pair<std::string, const float*>>& ways,
                            nn::extent columns) {
    constexpr nn::extent zoom = 3, tile = side * zoom, gap = 10, heading = 24;
    nn::canvas to(static_cast<nn::extent>(ways.size() + 1) * (tile + heading) + gap, columns * (tile + gap) + gap);
    nn::extent top = 0;
    const auto row = [&](const std::string& name, const float* images) {
        to.text(gap, top + 6, name, nn::palette::ink);
        for (nn::extent i = 0; i < columns; ++i) {
            const float* from = images + i * input::size;
            to.draw(gap + i * (tile + gap), top + heading,
                    {side, side, 1, std::vector<float>(from, from + input::size)}, zoom);
        }
        top += tile + heading;
    };
    row("clean", truth.clean(0));
    for (const auto& [name, images] : ways) row(name, images);
    return to;
}

/// Trains, measures on 100 images that were not trained on, and writes what came of it into a folder. The qualities of
/// the noisy images, of the better of two median filters, and of the network.
inline nn::result<std::vector<quality>> run(const settings& s) {
    const noisy_images train(s.random, 0, s.images), test(s.random, 1'000'000, 100);
    std::error_code ignored;
    std::filesystem::create_directories(s.out, ignored);
    nn::model<autoencoder> model{s.random};
    nn::progress_bar bar;
    const auto history = nn::fit(model, train, nn::mean_squared_error{}, nn::adam{.rate = 2e-3},
                                 {.epochs = s.epochs,
                                  .batch = 16,
                                  .random = s.random,
                                  .callbacks = {&bar},
                                  .schedule = nn::cosine_schedule{.length = static_cast<double>(s.epochs)}});
    if (!history) return history.error();
    if (auto failed = nn::save(model, s.out + "/model.safetensors")) return failed;

    auto engine = nn::freeze(model, {.max_batch = 16, .threads = nn::available_threads()});
    std::vector<float> network(test.inputs.size()), narrow = network, wide = network;
    engine(test.inputs.data(), network.data(), test.size());
    for (nn::extent i = 0; i < test.size(); ++i) {
        median_filter(test.input_of(i), 1, narrow.data() + i * input::size);
        median_filter(test.input_of(i), 2, wide.data() + i * input::size);
    }
    const quality by_three = measure("median of 3 x 3", narrow, test), by_five = measure("median of 5 x 5", wide, test);
    const bool small = by_three.decibels >= by_five.decibels;
    const std::vector<quality> found{measure("noisy", test.inputs, test), small ? by_three : by_five,
                                     measure("autoencoder", network, test)};
    nn::csv_table table({"images", "psnr_db", "ssim"});
    std::vector<std::pair<std::string, const float*>> rows;
    const float* const images[] = {test.inputs.data(), small ? narrow.data() : wide.data(), network.data()};
    for (std::size_t i = 0; i < 3; ++i) {
        char text[80];
        std::snprintf(text, sizeof text, "%s   %.2f dB, SSIM %.3f", found[i].name.c_str(), found[i].decibels,
                      found[i].similarity);
        std::printf("%s\n", text);
        rows.emplace_back(text, images[i]);
        table.add({found[i].name, nn::to_text(found[i].decibels), nn::to_text(found[i].similarity)});
    }
    if (auto failed = table.write(s.out + "/quality.csv")) return failed;
    if (auto failed = nn::write_png(s.out + "/denoised.png", draw_rows(test, rows, 5))) return failed;
    return found;
}

}  // namespace denoise
