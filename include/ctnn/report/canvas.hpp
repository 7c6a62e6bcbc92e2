// SPDX-License-Identifier: MIT
/// \file
/// A picture in memory to draw on: rectangles, lines, text and images.
#pragma once

#include <cmath>
#include <string>
#include <vector>

#include "ctnn/core/shape.hpp"
#include "ctnn/io/image_types.hpp"
#include "ctnn/report/font.hpp"

namespace ctnn {

/// A color of 8 bits a channel.
struct color {
    unsigned char red = 0, green = 0, blue = 0;
    constexpr bool operator==(const color&) const = default;
};

/// The colors that the library's pictures share; the lines of a chart take series[0], series[1] ... and differ for
/// color-blind eyes as well.
namespace palette {
inline constexpr color white{255, 255, 255}, black{0, 0, 0}, ink{38, 43, 51}, gray{120, 126, 135}, grid{228, 231, 235},
    wrong{204, 41, 41}, right{36, 138, 84}, deep{22, 82, 140};
inline constexpr color series[] = {{31, 105, 180}, {222, 110, 20}, {36, 138, 84},
                                   {170, 60, 140}, {110, 90, 60},  {0, 150, 170}};
}  // namespace palette

/// A color on the way from one to another: 0 is the first, 1 the second.
[[nodiscard]] inline color mix(color from, color to, double part) {
    const double p = part < 0 || !(part == part) ? 0 : part > 1 ? 1 : part;
    const auto channel = [p](unsigned char a, unsigned char b) {
        return static_cast<unsigned char>(a + (b - a) * p + 0.5);
    };
    return {channel(from.red, to.red), channel(from.green, to.green), channel(from.blue, to.blue)};
}

/// A picture of 8-bit color, (height, width, 3). Coordinates are x to the right and y down from the upper left corner;
/// what lies outside is not drawn.
class canvas {
public:
    /// \pre sizes of at least 1
    canvas(extent height, extent width, color background = palette::white)
        : height_(height), width_(width), pixels_(static_cast<std::size_t>(height * width * 3)) {
        fill(0, 0, width, height, background);
    }

    [[nodiscard]] extent height() const noexcept { return height_; }
    [[nodiscard]] extent width() const noexcept { return width_; }
    [[nodiscard]] const unsigned char* pixels() const noexcept { return pixels_.data(); }

    /// \pre inside the picture
    [[nodiscard]] color at(extent x, extent y) const {
        const unsigned char* p = pixels_.data() + (y * width_ + x) * 3;
        return {p[0], p[1], p[2]};
    }

    /// Sets a pixel, or mixes the color in by its cover from 0 to 1.
    void set(extent x, extent y, color c, double cover = 1) {
        if (x < 0 || y < 0 || x >= width_ || y >= height_ || cover <= 0) return;
        unsigned char* p = pixels_.data() + (y * width_ + x) * 3;
        const color drawn = cover >= 1 ? c : mix(at(x, y), c, cover);
        p[0] = drawn.red;
        p[1] = drawn.green;
        p[2] = drawn.blue;
    }

    /// A filled rectangle.
    void fill(extent x, extent y, extent width, extent height, color c) {
        const extent right = x + width < width_ ? x + width : width_,
                     bottom = y + height < height_ ? y + height : height_;
        for (extent row = y > 0 ? y : 0; row < bottom; ++row)
            for (extent column = x > 0 ? x : 0; column < right; ++column) set(column, row, c);
    }

    /// The border of a rectangle, inside it.
    void frame(extent x, extent y, extent width, extent height, color c, extent thickness = 1) {
        fill(x, y, width, thickness, c);
        fill(x, y + height - thickness, width, thickness, c);
        fill(x, y, thickness, height, c);
        fill(x + width - thickness, y, thickness, height, c);
    }

    /// A smooth line with round ends. A pixel is covered by how far its center lies inside; not finite: nothing is
    /// drawn.
    void line(double x0, double y0, double x1, double y1, color c, double thickness = 1) {
        if (!std::isfinite(x0) || !std::isfinite(y0) || !std::isfinite(x1) || !std::isfinite(y1)) return;
        const double half = thickness / 2, dx = x1 - x0, dy = y1 - y0, length = dx * dx + dy * dy;
        const auto inside = [](double v, extent most) {
            return static_cast<extent>(v < 0 ? 0 : v > static_cast<double>(most) ? static_cast<double>(most) : v);
        };
        const extent top = inside(std::fmin(y0, y1) - half - 1, height_),
                     bottom = inside(std::fmax(y0, y1) + half + 2, height_);
        const extent left = inside(std::fmin(x0, x1) - half - 1, width_),
                     right = inside(std::fmax(x0, x1) + half + 2, width_);
        for (extent y = top; y < bottom; ++y) {
            for (extent x = left; x < right; ++x) {
                const double px = static_cast<double>(x) - x0, py = static_cast<double>(y) - y0;
                const double along = length > 0 ? std::fmin(1.0, std::fmax(0.0, (px * dx + py * dy) / length)) : 0;
                const double distance = std::hypot(px - along * dx, py - along * dy);
                set(x, y, c, half + 0.5 - distance);
            }
        }
    }

    /// Text whose upper left corner is (x, y); each font pixel is a square of `size`. A letter is 7 size high and
    /// takes 6 size.
    void text(extent x, extent y, const std::string& words, color c, extent size = 2) {
        draw_text(words, [&](extent along, extent down) { fill(x + along * size, y + down * size, size, size, c); });
    }
    /// Text that runs upward; (x, y) is the lower left corner, the letters' tops point to the left.
    void text_upward(extent x, extent y, const std::string& words, color c, extent size = 2) {
        draw_text(words,
                  [&](extent along, extent down) { fill(x + down * size, y - (along + 1) * size, size, size, c); });
    }

    /// An image with `zoom` pixels for each of its own, gray or color, values 0 to 1 (clamped; NaN is black).
    void draw(extent x, extent y, const float_image& picture, extent zoom = 1) {
        for (extent row = 0; row < picture.height; ++row) {
            for (extent column = 0; column < picture.width; ++column) {
                const auto channel = [&](extent k) {
                    const float value = picture.at(row, column, picture.channels == 3 ? k : 0);
                    return static_cast<unsigned char>(value > 0 ? (value < 1 ? value * 255 + 0.5f : 255.0f) : 0.0f);
                };
                fill(x + column * zoom, y + row * zoom, zoom, zoom, {channel(0), channel(1), channel(2)});
            }
        }
    }

private:
    template <class Square>
    static void draw_text(const std::string& words, const Square& square) {
        extent pen = 0;
        for (const char c : words) {
            if ((static_cast<unsigned char>(c) & 0xC0) == 0x80)
                continue;  // a later byte of a UTF-8 character: one '?' each
            const std::uint64_t glyph = detail::glyph_of(c);
            for (extent y = 0; y < detail::glyph_height; ++y)
                for (extent x = 0; x < detail::glyph_width; ++x)
                    if (detail::glyph_pixel(glyph, x, y)) square(pen + x, y);
            pen += detail::glyph_advance;
        }
    }

    extent height_, width_;
    std::vector<unsigned char> pixels_;
};

/// How many letters a text draws: UTF-8 characters.
[[nodiscard, gnu::cold]] inline extent letter_count(const std::string& words) {
    extent letters = 0;
    for (const char c : words)
        if ((static_cast<unsigned char>(c) & 0xC0) != 0x80) ++letters;
    return letters;
}

/// The width of a text in pixels, without the gap behind its last letter.
[[nodiscard, gnu::cold]] inline extent text_width(const std::string& words, extent size = 2) {
    const extent letters = letter_count(words);
    return letters == 0 ? 0 : (letters * detail::glyph_advance - 1) * size;
}

/// The text, or its beginning and two dots where it has more letters than fit.
[[nodiscard, gnu::cold]] inline std::string shorten(const std::string& words, extent letters) {
    if (letter_count(words) <= letters) return words;
    std::string out;
    extent taken = 0;
    for (const char c : words) {
        if ((static_cast<unsigned char>(c) & 0xC0) != 0x80 && ++taken > letters - 2) break;
        out += c;
    }
    return letters > 2 ? out + ".." : std::string(static_cast<std::size_t>(letters > 0 ? letters : 0), '.');
}

}  // namespace ctnn
