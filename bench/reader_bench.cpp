// SPDX-License-Identifier: MIT
/// \file
/// Readers beside the decoders they stand on: a packed NIfTI file beside zlib's own inflate of it, a PNG beside
/// stb_image alone. `read/<kind>/ctnn` divided by `read/<kind>/zlib` or `/stb` is what the checks and the layout cost.
#include <benchmark/benchmark.h>

#include <cmath>
#include <cstdlib>
#include <ctnn/io/image.hpp>
#include <ctnn/io/nifti_write.hpp>
#include <ctnn/io/picture.hpp>
#include <vector>

#include "../tests/io/second_stb.hpp"

namespace {

using namespace ctnn;

/// Smooth values with noise in their low bits, as scanners and cameras give them.
template <class T>
std::vector<T> measured(std::size_t count, double middle, double range, unsigned noise_bits) {
    std::vector<T> values(count);
    std::uint32_t state = 1;
    for (std::size_t i = 0; i < count; ++i) {
        state = state * 1664525 + 1013904223;
        const double wave = std::sin(static_cast<double>(i) * 0.01) * std::cos(static_cast<double>(i) * 0.00021);
        values[i] = static_cast<T>(middle + range * wave + static_cast<double>(state >> (32 - noise_bits)));
    }
    return values;
}

#if defined(CTNN_WITH_ZLIB)

/// A volume of 128 x 128 x 96 of int16, 3 MB.
const byte_vector& packed_volume() {
    static const byte_vector packed = [] {
        const auto image = make_nifti(make_array({96, 128, 128}, measured<std::int16_t>(96 * 128 * 128, 500, 300, 5)));
        const auto content = format_nifti(image);
        auto small = gzip(content->header);
        if (!small) std::abort();
        return *std::move(small);
    }();
    return packed;
}

void read_nifti_gz(benchmark::State& state) {
    const byte_vector& file = packed_volume();
    for ([[maybe_unused]] auto step : state) {
        const auto image = parse_nifti(file, "x.nii.gz");
        if (!image) state.SkipWithError(image.error().what());
        benchmark::DoNotOptimize(image->voxels.bytes.data());
    }
}
BENCHMARK(read_nifti_gz)->Name("read/nii.gz/ctnn")->Unit(benchmark::kMillisecond);

void inflate_alone(benchmark::State& state) {
    const byte_vector file = packed_volume();
    const std::size_t size = 352 + 96 * 128 * 128 * 2;
    for ([[maybe_unused]] auto step : state) {
        byte_vector whole(size);
        if (detail::inflate_by_zlib(file, whole, detail::gzip_deflate) != detail::inflation::whole)
            state.SkipWithError("zlib cannot unpack it");
        benchmark::DoNotOptimize(whole.data());
    }
}
BENCHMARK(inflate_alone)->Name("read/nii.gz/zlib")->Unit(benchmark::kMillisecond);

#endif

/// A picture of 512 x 512.
byte_vector picture(extent channels) {
    const auto pixels = measured<unsigned char>(static_cast<std::size_t>(512 * 512 * channels), 120, 80, 3);
    auto file = format_png(pixels.data(), 512, 512, channels);
    if (!file) std::abort();
    return *std::move(file);
}

void read_png(benchmark::State& state) {
    const byte_vector file = picture(state.range(0));
    for ([[maybe_unused]] auto step : state) {
        const auto image = decode_image(file);
        if (!image) state.SkipWithError(image.error().what());
        benchmark::DoNotOptimize(image->pixels.data());
    }
}
BENCHMARK(read_png)->Name("read/png/ctnn")->ArgName("channels")->Arg(1)->Arg(3)->Unit(benchmark::kMillisecond);

void stb_alone(benchmark::State& state) {
    const byte_vector file = picture(state.range(0));
    for ([[maybe_unused]] auto step : state) {
        int width = 0, height = 0, channels = 0;
        auto* const pixels =
            stbi_load_from_memory(file.data(), static_cast<int>(file.size()), &width, &height, &channels, 0);
        if (pixels == nullptr) state.SkipWithError("stb cannot read it");
        benchmark::DoNotOptimize(pixels);
        stbi_image_free(pixels);
    }
}
BENCHMARK(stb_alone)->Name("read/png/stb")->ArgName("channels")->Arg(1)->Arg(3)->Unit(benchmark::kMillisecond);

}  // namespace
