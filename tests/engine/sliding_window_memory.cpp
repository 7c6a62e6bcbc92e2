// SPDX-License-Identifier: MIT
/// \file
/// The heap that a sliding window takes at its peak, against what was announced: a program of its own, because it
/// replaces operator new. With --large the volume is of 256 x 256 x 128 voxels and the window of 48 x 64 x 48.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>
#include <vector>

#include "ctnn/engine/sliding_window.hpp"
#include "ctnn/models/unet.hpp"

namespace {
long now = 0, peak = 0;  // bytes that were asked for and are not freed

constexpr std::size_t line = 64;  // the size of a block stands in a cache line before it

void* take(std::size_t bytes) {
    auto* const block = static_cast<unsigned char*>(std::aligned_alloc(line, (bytes + 2 * line - 1) / line * line));
    if (block == nullptr) std::abort();
    std::memcpy(block, &bytes, sizeof bytes);
    now += static_cast<long>(bytes);
    peak = std::max(peak, now);
    return block + line;
}
void give_back(void* block) {
    if (block == nullptr) return;
    auto* const first = static_cast<unsigned char*>(block) - line;
    std::size_t bytes = 0;
    std::memcpy(&bytes, first, sizeof bytes);
    now -= static_cast<long>(bytes);
    std::free(first);
}
}  // namespace

void* operator new(std::size_t bytes) { return take(bytes); }
void* operator new(std::size_t bytes, std::align_val_t) { return take(bytes); }
void operator delete(void* block) noexcept { give_back(block); }
void operator delete(void* block, std::size_t) noexcept { give_back(block); }
void operator delete(void* block, std::align_val_t) noexcept { give_back(block); }

namespace {
namespace nn = ctnn;

template <class Net>
int measure(const nn::dims& of, bool large) {
    const nn::sliding_window_options options{.flip_width = true};
    auto engine = nn::freeze(nn::model<Net>{nn::seed{1}});  // of the model nothing is left
    peak = now;
    std::vector<float> image(static_cast<std::size_t>(of.size()), 0.25f);
    std::vector<std::uint8_t> labels(static_cast<std::size_t>(of.positions()));
    if (nn::segment_image(engine, image.data(), of, options, labels.data())) return 2;
    const long found = peak;
    const long shown = static_cast<long>(image.size() * 4 + labels.size());
    const long announced = shown + static_cast<long>(nn::sliding_window_bytes<Net>(of, options) + engine.bytes());
    const long slab =
        static_cast<long>(Net::input_dims.depth() * of.height() * of.width() * Net::output_dims.channels() * 4);
    const long allowed = (shown + slab + static_cast<long>(Net::workspace_bytes(1))) / 10 * 11;
    std::printf("peak %ld, announced %ld, at most %ld bytes\n", found, announced, allowed);
    // Of a small volume the engine's weights and one window are the larger part, of a large one next to nothing.
    return found <= announced && (announced <= allowed || !large) ? 0 : 1;
}
}  // namespace

int main(int count, char** words) {
    if (count > 1 && std::strcmp(words[1], "--large") == 0)
        return measure<nn::models::unet<3, nn::shape<48, 64, 48, 1>, nn::models::unet_style, 4, 8, 16>>(
            nn::make_dims(128, 256, 256, 1), true);
    return measure<nn::models::unet<3, nn::shape<8, 16, 16, 1>, nn::models::unet_style, 4, 8>>(
        nn::make_dims(20, 70, 60, 1), false);
}
