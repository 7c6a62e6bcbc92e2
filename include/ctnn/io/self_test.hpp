// SPDX-License-Identifier: MIT
/// \file
/// One input and its scores, stored with a model: what shows on any machine that a file and the code agree.
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "ctnn/core/random.hpp"
#include "ctnn/engine/freeze.hpp"

namespace ctnn {

/// The input as pixels of 0 to 255, repeated when the network's input is larger; the scores of an engine, the first
/// 4096 of them, for x = pixel / 255 * factor + shift.
struct self_test {
    static constexpr extent most_pixels = 65521, most_scores = 4096;
    std::vector<unsigned char> pixels;
    std::vector<float> scores;
};

namespace detail {

inline void append_hexadecimal(std::string& text, std::uint32_t value, int digits) {
    for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4) text += "0123456789abcdef"[(value >> shift) & 15U];
}

/// Reads whole groups of `digits` hexadecimal digits. \returns false for another text
template <class Take>
bool read_hexadecimal(const std::string& text, int digits, const Take& take) {
    if (text.size() % static_cast<std::size_t>(digits) != 0) return false;
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        const int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
        if (digit < 0) return false;
        value = value << 4 | static_cast<std::uint32_t>(digit);
        if ((i + 1) % static_cast<std::size_t>(digits) == 0) {
            take(value);
            value = 0;
        }
    }
    return true;
}

/// The first scores that a model gives for the pixels of a self-test.
template <class Net, class T>
std::vector<float> scores_of(const model<Net, T>& m, const std::vector<unsigned char>& pixels) {
    aligned_block<T> input(Net::input::size);
    for (extent i = 0; i < input.size(); ++i) {
        const double pixel = pixels[static_cast<std::size_t>(i) % pixels.size()] / 255.0;
        input[i] = static_cast<T>(pixel * m.scaling.factor + m.scaling.shift);
    }
    auto run = freeze(m);
    const auto output = run(static_cast<const T*>(input.data()));
    std::vector<float> scores;
    for (extent i = 0; i < output.size() && i < self_test::most_scores; ++i)
        scores.push_back(static_cast<float>(output[i]));
    return scores;
}

}  // namespace detail

/// A self-test of a model: noise, because every pixel of it matters.
template <class Net, class T>
[[nodiscard]] self_test make_self_test(const model<Net, T>& m) {
    self_test test;
    const extent count = Net::input::size < self_test::most_pixels ? Net::input::size : self_test::most_pixels;
    random_stream random(seed{0x73656C66}, 0);
    for (extent i = 0; i < count; ++i) test.pixels.push_back(static_cast<unsigned char>(random.next() >> 24));
    test.scores = detail::scores_of(m, test.pixels);
    return test;
}

/// The pixels, two hexadecimal digits each.
[[nodiscard]] inline std::string pixels_text(const self_test& test) {
    std::string text;
    for (const unsigned char pixel : test.pixels) detail::append_hexadecimal(text, pixel, 2);
    return text;
}
/// The scores, the eight hexadecimal digits of each float.
[[nodiscard]] inline std::string scores_text(const self_test& test) {
    std::string text;
    for (const float score : test.scores) detail::append_hexadecimal(text, std::bit_cast<std::uint32_t>(score), 8);
    return text;
}

/// Do the stored scores come out again? They may differ by 1e-4 of their size or of 1, which leaves room for another
/// order of summation on another processor and for nothing else.
template <class Net, class T>
[[nodiscard]] error check_self_test(const model<Net, T>& m, const std::string& pixels, const std::string& scores,
                                    const std::string& file) {
    self_test stored;
    const bool readable =
        detail::read_hexadecimal(pixels, 2,
                                 [&](std::uint32_t v) { stored.pixels.push_back(static_cast<unsigned char>(v)); }) &&
        detail::read_hexadecimal(scores, 8, [&](std::uint32_t v) { stored.scores.push_back(std::bit_cast<float>(v)); });
    if (!readable || stored.pixels.empty() || stored.scores.empty())
        return {error_kind::corrupt, file, "the stored self-test is no list of pixels and scores"};
    const std::vector<float> found = detail::scores_of(m, stored.pixels);
    if (found.size() != stored.scores.size())
        return {error_kind::self_test_failed, file,
                "the stored self-test has " + std::to_string(stored.scores.size()) + " scores, the network gives " +
                    std::to_string(found.size())};
    for (std::size_t i = 0; i < found.size(); ++i) {
        const double expected = static_cast<double>(stored.scores[i]),
                     difference = std::fabs(static_cast<double>(found[i]) - expected);
        if (std::isnan(expected) && std::isnan(found[i])) continue;  // a model of broken weights that was asked for
        if (static_cast<double>(found[i]) == expected) continue;      // infinity, too
        if (!(difference <= 1e-4 * (1 + std::fabs(expected))))
            return {error_kind::self_test_failed, file, -1,
                    "score " + std::to_string(i) + " of the self-test is " + std::to_string(found[i]),
                    std::to_string(stored.scores[i])};
    }
    return {};
}

}  // namespace ctnn
