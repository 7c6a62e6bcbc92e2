// SPDX-License-Identifier: MIT
/// \file
/// Positions of tokens, pixels and voxels: how the channels are divided among the axes, every layout, gradients, and
/// that attention sees with them alone where a pixel lies.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "../kernels/finite_difference.hpp"
#include "ctnn/engine/freeze.hpp"
#include "ctnn/graph/multi_head_attention.hpp"
#include "ctnn/layers/layers.hpp"

namespace positional_encoding_test {
namespace nn = ctnn;
using nn::dims;
using nn::extent;
using nn::make_dims;
using test::padded_batch;
using sinusoids = nn::positional_encoding<>;
using learned = nn::positional_encoding<nn::learned_positions>;

template <class T>
std::vector<T> table_of(const dims& shape) {
    std::vector<T> table(static_cast<std::size_t>(shape.size()), T(NAN));
    nn::kernels::write_sinusoids(table.data(), shape);
    return table;
}

/// Is the table of an image or volume, along each axis, the one of a sequence with so many channels, bit for bit?
void check_parts(const dims& shape, const std::vector<extent>& parts) {
    CAPTURE(shape.channels());
    const std::vector<float> table = table_of<float>(shape);
    extent first = 0, different = 0;
    for (std::size_t axis = 0; axis < parts.size(); ++axis) {
        const extent part = parts[axis], count = shape[static_cast<int>(axis)];
        const std::vector<float> line = table_of<float>(make_dims(count, part));
        extent behind = 1;
        for (std::size_t b = axis + 1; b < parts.size(); ++b) behind *= shape[static_cast<int>(b)];
        for (extent i = 0; i < shape.positions(); ++i)
            for (extent c = 0; c < part; ++c)
                different += table[static_cast<std::size_t>(i * shape.channels() + first + c)] !=
                             line[static_cast<std::size_t>(i / behind % count * part + c)];
        first += part;
    }
    CHECK(first == shape.channels());
    CHECK(different == 0);
}

/// An addition in training and in an engine, whatever lies between the pixels of the batch.
template <class T>
void check_layouts(const dims& shape) {
    const nn::operation op = sinusoids::lower(shape).what;
    std::vector<T> packed(static_cast<std::size_t>(op.packed)), scratch(static_cast<std::size_t>(op.scratch));
    sinusoids::pack<T>({op, nullptr, nullptr, packed.data()});
    CHECK(packed == table_of<T>(shape));
    for (const test::placement kind : test::layouts)
        for (const extent threads : {1, 3}) {
            padded_batch<T> x(shape, 3, kind), y(shape, 3, kind);
            std::vector<T> sums = x.fill(1, false).values();
            for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += packed[i % packed.size()];
            sinusoids::infer<T>(
                {.op = op, .x = x.read(), .other = {}, .y = y.view(), .parameters = packed.data(), .threads = threads});
            CHECK(y.values() == sums);
            y.fill(2, false);
            sinusoids::forward<T>(
                {.op = op, .x = x.read(), .other = {}, .y = y.view(), .scratch = scratch.data(), .threads = threads});
            CHECK(y.values() == sums);
            CHECK(x.guards_intact());
            CHECK(y.guards_intact());
        }
}

template <class Net>
nn::model<Net, double> model_of() {
    nn::model<Net, double> m{nn::seed{8}};
    const nn::random_stream random(nn::seed{9}, 1);
    for (std::size_t i = 0; i < m.parameters().size(); ++i) m.parameters()[i] = random.uniform(i) - 0.5;
    return m;
}

/// Attention among the pixels of an image, and their mean, behind what tells their places, or nothing.
constexpr extent height = 4, width = 5, channels = 6;
template <class... Positions>
using picture = nn::network<nn::shape<height, width, channels>, Positions..., nn::reshape<height * width, channels>,
                            nn::multi_head_attention<nn::heads<2>>, nn::global_avg_pool>;

/// How far the outputs of an image lie apart, and of the same with pixels (a, b) and (c, d) exchanged.
template <class Net>
double effect_of_exchange(extent a, extent b, extent c, extent d) {
    const nn::model<Net, double> m = model_of<Net>();
    auto engine = nn::freeze(m);
    std::vector<double> x;
    for (extent i = 0; i < Net::input::size; ++i) x.push_back(test::random_value<double>(3, i, false));
    const auto before = engine(x.data());
    const std::vector<double> first(before.data(), before.data() + channels);
    for (extent k = 0; k < channels; ++k)
        std::swap(x[static_cast<std::size_t>((a * width + b) * channels + k)],
                  x[static_cast<std::size_t>((c * width + d) * channels + k)]);
    const auto after = engine(x.data());
    double largest = 0;
    for (extent k = 0; k < channels; ++k)
        largest = std::fmax(largest, std::abs(first[static_cast<std::size_t>(k)] - after.data()[k]));
    return largest;
}
}  // namespace positional_encoding_test

using namespace positional_encoding_test;

TEST_CASE("a sequence has the sines and cosines of its steps") {
    for (const extent part : {1, 2, 5, 8}) {
        const std::vector<double> table = table_of<double>(make_dims(300, part));
        double largest = 0;
        for (extent i = 0; i < 300 * part; ++i) {
            const extent c = i % part;
            const double angle = static_cast<double>(i / part) *
                                 std::pow(10000.0, -static_cast<double>(c - c % 2) / static_cast<double>(part));
            const double wanted = c % 2 == 0 ? std::sin(angle) : std::cos(angle);
            largest = std::fmax(largest, std::abs(table[static_cast<std::size_t>(i)] - wanted));
        }
        CHECK(largest < 1e-12);
    }
}

TEST_CASE("the axes of images and volumes have equal parts of the channels, and the last what is left") {
    check_parts(make_dims(3, 4, 4), {2, 2});
    check_parts(make_dims(5, 2, 5), {2, 3});
    check_parts(make_dims(2, 7, 6), {2, 4});
    check_parts(make_dims(1, 3, 7), {2, 5});
    check_parts(make_dims(9, 1, 8), {4, 4});
    check_parts(make_dims(3, 3, 64), {32, 32});
    check_parts(make_dims(2, 3, 4, 6), {2, 2, 2});
    check_parts(make_dims(4, 3, 2, 8), {2, 2, 4});
    check_parts(make_dims(3, 1, 5, 17), {4, 6, 7});
    check_parts(make_dims(2, 2, 2, 48), {16, 16, 16});
}

TEST_CASE_TEMPLATE("positions are added in every layout", T, float, double) {
    check_layouts<T>(make_dims(7, 5));
    check_layouts<T>(make_dims(3, 5, 19));
    check_layouts<T>(make_dims(2, 3, 4, 33));
}

TEST_CASE("positions pass finite differences") {
    for (const test::placement kind : test::layouts)
        for (const bool in_place : {false, true}) {
            test::check_gradients<sinusoids>(make_dims(3, 4, 5), 2, kind, 1, in_place);
            test::check_gradients<sinusoids>(make_dims(2, 3, 2, 7), 2, kind, 1, in_place);
            test::check_gradients<learned>(make_dims(5, 3), 2, kind, 1, in_place);
            test::check_gradients<learned>(make_dims(3, 4, 3), 2, kind, 1, in_place);
            test::check_gradients<learned>(make_dims(2, 3, 2, 1), 2, kind, 1, in_place);
        }
}

TEST_CASE("attention sees an exchange of pixels only where it is told their places") {
    struct {
        extent a, b, c, d;
    } const exchanges[]{{0, 2, 3, 2}, {1, 0, 1, 4}, {0, 0, 3, 4}};  // in a column, in a row, in neither
    for (const auto& [a, b, c, d] : exchanges) {
        CHECK(effect_of_exchange<picture<>>(a, b, c, d) < 1e-14);
        CHECK(effect_of_exchange<picture<sinusoids>>(a, b, c, d) > 1e-4);
        CHECK(effect_of_exchange<picture<learned>>(a, b, c, d) > 1e-4);
    }
}

TEST_CASE("learned positions of pixels are those of the tokens that a reshape makes of them") {
    using pixels = nn::network<nn::shape<height, width, channels>, learned, nn::reshape<height * width, channels>>;
    using tokens = nn::network<nn::shape<height, width, channels>, nn::reshape<height * width, channels>, learned>;
    const nn::model<pixels> of_pixels{nn::seed{2}};
    const nn::model<tokens> of_tokens{nn::seed{2}};
    CHECK(std::equal(of_pixels.parameters().begin(), of_pixels.parameters().end(), of_tokens.parameters().begin(),
                     of_tokens.parameters().end()));
    CHECK(nn::tensors_of<pixels>()[0].name == std::string("0.weight"));
    const std::vector<float> x(static_cast<std::size_t>(pixels::input::size), 0.5f);
    auto first = nn::freeze(of_pixels);
    auto second = nn::freeze(of_tokens);
    const auto y = first(x.data());
    CHECK(std::equal(y.data(), y.data() + pixels::output::size, second(x.data()).data()));
}
