// SPDX-License-Identifier: MIT
/// \file
/// Pictures: what is drawn where, and that odd input draws something sensible.
#include <doctest/doctest.h>

#include <cmath>
#include <ctnn/io/image.hpp>
#include <ctnn/report/confusion.hpp>
#include <ctnn/report/curves.hpp>
#include <ctnn/report/grid.hpp>
#include <ctnn/report/picture.hpp>
#include <limits>
#include <string>
#include <vector>

using namespace ctnn;

namespace {

extent count_color(const canvas& picture, color c) {
    extent count = 0;
    for (extent y = 0; y < picture.height(); ++y)
        for (extent x = 0; x < picture.width(); ++x) count += picture.at(x, y) == c;
    return count;
}

}  // namespace

TEST_CASE("rectangles are clipped to the canvas") {
    canvas picture(10, 20);
    picture.fill(-5, -5, 8, 8, palette::black);
    CHECK(count_color(picture, palette::black) == 9);
    picture.fill(18, 8, 100, 100, palette::black);
    CHECK(count_color(picture, palette::black) == 13);
    canvas frame(10, 10);
    frame.frame(0, 0, 10, 10, palette::black, 2);
    CHECK(count_color(frame, palette::black) == 64);
}

TEST_CASE("a straight line has its thickness, and no line is drawn to infinity") {
    canvas picture(9, 20);
    picture.line(2, 4, 17, 4, palette::black, 3);
    CHECK(picture.at(10, 3) == palette::black);
    CHECK(picture.at(10, 5) == palette::black);
    CHECK(picture.at(10, 6) == palette::white);
    canvas other(9, 20);
    other.line(2, 4, std::numeric_limits<double>::quiet_NaN(), 4, palette::black);
    other.line(2, 4, std::numeric_limits<double>::infinity(), 4, palette::black);
    CHECK(count_color(other, palette::white) == 9 * 20);
    other.line(-1e9, 4, 1e9, 4, palette::black);
    CHECK(other.at(0, 4) == palette::black);
}

TEST_CASE("every printable letter has a glyph of its own") {
    for (char c = '!'; c <= '~'; ++c) {
        CHECK(detail::glyph_of(c) != 0);
        for (char other = ' '; other < c; ++other) CHECK(detail::glyph_of(c) != detail::glyph_of(other));
    }
    CHECK(detail::glyph_of('\n') == detail::glyph_of('?'));
}

TEST_CASE("text has the width that it says, upright and upward") {
    canvas picture(40, 120);
    picture.text(10, 10, "H", palette::black, 2);
    CHECK(text_width("H") == 10);
    CHECK(picture.at(10, 10) == palette::black);
    CHECK(picture.at(19, 23) == palette::black);
    CHECK(picture.at(20, 10) == palette::white);
    canvas upward(40, 40);
    upward.text_upward(10, 30, "L", palette::black, 1);  // its foot, at the right, runs up from the lower end
    CHECK(upward.at(10, 29) == palette::black);
    CHECK(upward.at(16, 25) == palette::black);
    CHECK(letter_count("na\xC3\xAFve") == 5);
    CHECK(shorten("pneumonia", 9) == "pneumonia");
    CHECK(shorten("pneumonia", 6) == "pneu..");
    CHECK(letter_count(shorten("\xC3\xA4\xC3\xB6\xC3\xBC\xC3\x9F", 3)) == 3);
}

TEST_CASE("images are drawn enlarged, clamped, and NaN is black") {
    canvas picture(8, 8);
    picture.draw(0, 0, {2, 2, 1, {0.5f, -3.0f, 7.0f, std::numeric_limits<float>::quiet_NaN()}}, 4);
    CHECK(picture.at(3, 3) == color{128, 128, 128});
    CHECK(picture.at(4, 0) == palette::black);
    CHECK(picture.at(0, 7) == palette::white);
    CHECK(picture.at(7, 7) == palette::black);
}

TEST_CASE("a picture becomes a PNG that reads back pixel by pixel") {
    const canvas picture = draw_confusion({"normal", "pneumonia"}, {120, 14, 5, 385});
    const auto file = format_png(picture.pixels(), picture.height(), picture.width(), 3);
    REQUIRE(file.has_value());
    const auto read = decode_image(*file);
    REQUIRE(read.has_value());
    bool equal = read->height == picture.height() && read->width == picture.width();
    for (std::size_t i = 0; equal && i < read->pixels.size(); ++i) equal = read->pixels[i] == picture.pixels()[i];
    CHECK(equal);
    CHECK(format_png(picture.pixels(), 0, 5, 3).error().kind() == error_kind::invalid_argument);
    CHECK(format_png(picture.pixels(), 5, 5, 2).error().kind() == error_kind::invalid_argument);
    CHECK(write_png("/no/such/folder/a.png", picture).kind() == error_kind::cannot_write);
}

TEST_CASE("ticks hold the values and step by 1, 2 or 5") {
    for (const auto& range :
         {std::pair{0.0, 1.0}, {0.03, 0.71}, {-5.0, 12000.0}, {1e-7, 3e-7}, {3.0, 3.0}, {0.0, 0.0}, {0.999, 1.0}}) {
        const detail::ticks t = detail::place_ticks(range.first, range.second, 6);
        CHECK(t.low <= range.first + 1e-9 * std::fabs(range.first));
        CHECK(t.high >= range.second - 1e-9 * std::fabs(range.second));
        const double lines = (t.high - t.low) / t.step;
        CHECK(lines > 1);
        CHECK(lines < 12);
    }
    CHECK(detail::tick_text(0.30000000000000004, 0.1) == "0.3");
    CHECK(detail::tick_text(0.25, 0.05) == "0.25");
    CHECK(detail::tick_text(-1e-20, 0.1) == "0");
    CHECK(detail::tick_text(40, 20) == "40");
}

TEST_CASE("charts show every line, with no epoch, one, many and broken values") {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    for (const std::size_t epochs : {0U, 1U, 2U, 9U, 10U, 25U, 100U, 1000U}) {
        CAPTURE(epochs);
        std::vector<double> first, second;
        for (std::size_t i = 0; i < epochs; ++i) {
            first.push_back(1.0 / (1.0 + static_cast<double>(i)));
            second.push_back(i % 7 == 3 ? nan : 0.5);
        }
        const canvas picture = draw_charts({{"loss", {{"training", first}, {"validation", second}}}, {"empty", {}}});
        CHECK(picture.width() == 1280);
        CHECK(count_color(picture, palette::series[0]) > 40);  // its mark in the legend at least
        CHECK(count_color(picture, palette::series[1]) > 40);
    }
    CHECK(count_color(draw_charts({{"all broken", {{"loss", {nan, nan}}}}}), palette::series[0]) > 40);
    CHECK(draw_charts({}).width() == 640);
}

TEST_CASE("a confusion matrix of any number of classes and long names is drawn") {
    for (extent n = 1; n <= 12; ++n) {
        std::vector<std::string> names;
        std::vector<extent> counts;
        for (extent i = 0; i < n; ++i) names.push_back(i % 2 == 0 ? "a class with quite a long name" : "b");
        for (extent i = 0; i < n * n; ++i) counts.push_back(i * 12345 % 1000003);
        const canvas picture = draw_confusion(names, counts);
        CHECK(picture.width() >= n * 80);
        CHECK(count_color(picture, palette::ink) > 0);
    }
    CHECK(detail::percent_text(1, 1000) == "<1%");
    CHECK(detail::percent_text(999, 1000) == ">99%");
    CHECK(detail::percent_text(0, 5) == "0%");
    CHECK(detail::percent_text(5, 5) == "100%");
    CHECK(detail::percent_text(1, 3) == "33%");
    CHECK(detail::percent_text(0, 0).empty());
}

TEST_CASE("mistakes in a grid are framed red, right answers are not") {
    std::vector<grid_tile> tiles;
    for (extent i = 0; i < 5; ++i) {
        const extent side = i == 4 ? 300 : 28;
        float_image gray{side, side, 1, std::vector<float>(static_cast<std::size_t>(side * side), 0.5f)};
        tiles.push_back({std::move(gray), "normal", "pneumonia viral", 0.97, false});
    }
    CHECK(count_color(draw_grid(tiles, 3), palette::wrong) < 400);  // the word in the heading
    tiles[1].mistake = true;
    CHECK(count_color(draw_grid(tiles, 3), palette::wrong) > 3000);
    CHECK(draw_grid({}, 3).width() > 0);
    CHECK(draw_grid({{{}, "", "", -1, true}}, 3).width() > 0);
}
