// SPDX-License-Identifier: MIT
/// \file
/// Draws chest-like images that nobody drew: a DCGAN that learns from phantoms, 64 of its samples as a picture, and how
/// far each is from the nearest image that it was trained on.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <ctnn/ctnn.hpp>
#include <ctnn/io/picture.hpp>

#include "phantoms.hpp"

namespace dcgan {
namespace nn = ctnn;

inline constexpr nn::extent side = 64, latent = 64, width = 24, drawn = 64;
using generator = nn::models::dcgan_generator<latent, 1, width>;
using discriminator = nn::models::dcgan_discriminator<1, width>;
using image = discriminator::input;

struct settings {
    nn::extent images = 1024, epochs = 24, batch = 16;
    nn::seed random{1};
    std::string out;
};

/// How far images are from the nearest of others, the root mean square over the pixels, which go from -1 to 1.
struct distances {
    double least = 0, median = 0, most = 0;
};

struct findings {
    distances samples;   ///< of the drawn from the nearest that was trained on
    distances held_out;  ///< of phantoms that were not trained on, the same
    distances apart;     ///< of the drawn from the nearest other drawn one
    double noise = 0;    ///< between two exposures of one patient: what a copy would differ by
    nn::gan_losses last;
};

inline nn::dataset<image> phantoms_of(nn::seed start, nn::extent first, nn::extent count) {
    return phantoms::draw<image>(start, first, count, {2, -1});
}

/// Phantom `number` of a series with another noise of the detector: a copy that no one can tell from a new picture.
inline std::vector<float> exposed_again(nn::seed start, nn::extent number) {
    const std::uint64_t sample = static_cast<std::uint64_t>(number);
    phantoms::drawing picture(side, sample, start);
    picture.vessels();
    picture.finding(number % 2 == 1);
    std::vector<float> pixels = picture.developed(nn::seed{start.value + 1}, sample);
    for (float& gray : pixels) gray = 2 * gray - 1;
    return pixels;
}

inline double distance(const float* a, const float* b) {
    double sum = 0;
    for (nn::extent i = 0; i < image::size; ++i) {
        const double difference = static_cast<double>(a[i]) - static_cast<double>(b[i]);
        sum += difference * difference;
    }
    return std::sqrt(sum / static_cast<double>(image::size));
}

/// Of each of `some` images from the nearest of `others`, but not from itself.
inline distances nearest(const std::vector<float>& some, const std::vector<float>& others) {
    std::vector<double> all;
    for (std::size_t i = 0; i < some.size(); i += image::size) {
        double least = 1e9;
        for (std::size_t k = 0; k < others.size(); k += image::size)
            if (&some != &others || i != k) least = std::min(least, distance(some.data() + i, others.data() + k));
        all.push_back(least);
    }
    std::sort(all.begin(), all.end());
    return {all.front(), all[all.size() / 2], all.back()};
}

/// The images in rows of eight, with a dark line between them.
[[nodiscard]] inline ctnn::error write_grid(const std::string& path, const std::vector<float>& images) {
    constexpr nn::extent columns = 8, step = side + 1;
    const nn::extent count = static_cast<nn::extent>(images.size()) / image::size,
                     rows = (count + columns - 1) / columns;
    const nn::extent across = columns * step - 1, down = rows * step - 1;
    std::vector<unsigned char> pixels(static_cast<std::size_t>(across * down), 0);
    for (nn::extent i = 0; i < count; ++i)
        for (nn::extent y = 0; y < side; ++y)
            for (nn::extent x = 0; x < side; ++x) {
                const float gray = images[static_cast<std::size_t>((i * side + y) * side + x)];
                pixels[static_cast<std::size_t>((i / columns * step + y) * across + i % columns * step + x)] =
                    static_cast<unsigned char>(
                        std::lround(127.5 * std::clamp(static_cast<double>(gray) + 1, 0.0, 2.0)));
            }
    return nn::write_png(path, pixels.data(), down, across, 1);
}

inline void print(const char* name, const distances& found) {
    std::printf("%-46s %.3f   %.3f   %.3f\n", name, found.least, found.median, found.most);
}

/// Trains, writes samples.png and generator.safetensors, prints the distances.
inline nn::result<findings> run(const settings& s) {
    std::error_code not_made;
    std::filesystem::create_directories(s.out, not_made);
    const nn::dataset<image> train = phantoms_of(s.random, 0, s.images);
    nn::model<generator> makes{nn::seed{s.random.value + 1}};
    nn::model<discriminator> judges{nn::seed{s.random.value + 2}};
    // Rate and beta1 are the paper's.
    nn::gan_training pair(makes, judges, nn::adam{.rate = 2e-4, .beta1 = 0.5},
                          {.max_batch = s.batch, .random = s.random});
    std::vector<nn::extent> order(static_cast<std::size_t>(s.images));
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = static_cast<nn::extent>(i);
    std::vector<float> batch(static_cast<std::size_t>(s.batch * image::size));
    findings found;
    for (nn::extent epoch = 0; epoch < s.epochs; ++epoch) {
        nn::random_stream shuffle(s.random, (std::uint64_t{7} << 61) + static_cast<std::uint64_t>(epoch));
        for (nn::extent i = s.images - 1; i > 0; --i)
            std::swap(order[static_cast<std::size_t>(i)], order[static_cast<std::size_t>(shuffle.next_below(i + 1))]);
        for (nn::extent first = 0; first < s.images; first += s.batch) {
            const nn::extent count = std::min(s.batch, s.images - first);
            for (nn::extent i = 0; i < count; ++i)
                std::copy_n(train.input_of(order[static_cast<std::size_t>(first + i)]), image::size,
                            batch.data() + i * image::size);
            found.last = pair.step(batch.data(), count);
        }
        std::printf("epoch %ld/%ld: discriminator %.3f real, %.3f fake; generator %.3f\n", static_cast<long>(epoch + 1),
                    static_cast<long>(s.epochs), found.last.discriminator_real, found.last.discriminator_fake,
                    found.last.generator);
    }

    const auto numbers = nn::latent_numbers(nn::seed{s.random.value + 3}, 0, drawn * latent);
    std::vector<float> samples(static_cast<std::size_t>(drawn * image::size));
    nn::freeze(makes)(numbers.data(), samples.data(), drawn);
    const std::vector<float> held_out = phantoms_of(s.random, s.images, drawn).inputs;
    found.samples = nearest(samples, train.inputs);
    found.held_out = nearest(held_out, train.inputs);
    found.apart = nearest(samples, samples);
    found.noise = distance(train.inputs.data(), exposed_again(s.random, 0).data());
    std::printf("%-46s least   median  most\n", "distance of the nearest, root mean square");
    print("samples, from what was trained on", found.samples);
    print("phantoms that were not, from what was", found.held_out);
    print("samples, from each other", found.apart);
    std::printf("%-46s %.3f\n", "two exposures of one patient", found.noise);
    if (auto failed = write_grid(s.out + "/samples.png", samples)) return failed;
    if (auto failed = nn::save(makes, s.out + "/generator.safetensors")) return failed;
    return found;
}

}  // namespace dcgan
