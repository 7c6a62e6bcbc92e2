// SPDX-License-Identifier: MIT
/// \file
/// Shapes as types and as values say the same.
#include <doctest/doctest.h>
#include <ctnn/core/options.hpp>
#include <ctnn/core/shape.hpp>

#include <initializer_list>

using namespace ctnn;

namespace {

static_assert(shape<28, 28, 3>::rank == 3 && shape<28, 28, 3>::size == 28 * 28 * 3);
static_assert(dims_of<shape<28, 28, 3>> == make_dims(28, 28, 3));
static_assert(std::is_same_v<shape_of<dims_of<shape<5>>>, shape<5>>);
static_assert(std::is_same_v<shape_of<dims_of<shape<6, 5>>>, shape<6, 5>>);
static_assert(std::is_same_v<shape_of<dims_of<shape<7, 6, 5>>>, shape<7, 6, 5>>);
static_assert(std::is_same_v<shape_of<dims_of<shape<8, 7, 6, 5>>>, shape<8, 7, 6, 5>>);

TEST_CASE("a lower rank lacks its first axes, which have extent 1") {
    constexpr dims vector = make_dims(5), sequence = make_dims(6, 5), image = make_dims(7, 6, 5),
                   volume = make_dims(8, 7, 6, 5);
    CHECK(vector.spatial_rank() == 0);
    CHECK(vector.positions() == 1);
    CHECK(sequence.first_axis() == 2);
    CHECK(sequence.width() == 6);
    CHECK(sequence.height() == 1);
    CHECK(image.height() == 7);
    CHECK(image.width() == 6);
    CHECK(image.depth() == 1);
    CHECK(volume.depth() == 8);
    for (const dims& d : {vector, sequence, image, volume}) CHECK(d.channels() == 5);
    CHECK(volume.size() == 8 * 7 * 6 * 5);
}

TEST_CASE("extents are read as they were spelled") {
    constexpr dims d = make_dims(7, 6, 5);
    CHECK(d[0] == 7);
    CHECK(d[1] == 6);
    CHECK(d[2] == 5);
    CHECK(d.with_channels(9) == make_dims(7, 6, 9));
}

TEST_CASE("a sequence of one step is no vector") {
    CHECK_FALSE(make_dims(1, 5) == make_dims(5));
    CHECK(make_dims(1, 5).size() == make_dims(5).size());
}

TEST_CASE("options are read in any order, and one given twice is noticed") {
    constexpr layer_options a = read_options<3, stride<2>, same, groups<4>, no_bias>();
    constexpr layer_options b = read_options<no_bias, groups<4>, same, stride<2>, kernel<3>>();
    CHECK(a.kernel == b.kernel);
    CHECK(a.stride == b.stride);
    CHECK(a.same);
    CHECK(b.same);
    CHECK(a.groups == 4);
    CHECK_FALSE(a.bias);
    CHECK(a.given == b.given);
    CHECK_FALSE(a.repeated);
    CHECK((read_options<stride<2>, stride<2>>().repeated));
    CHECK((read_options<same, valid>().repeated));
    CHECK((read_options<3, kernel<3, 3>>().repeated));
}

TEST_CASE("real numbers are template arguments by their bits") {
    CHECK(number{0.5}.value() == 0.5);
    CHECK(number{0.1} == number{0.1});
    CHECK_FALSE(number{0.0} == number{-0.0});
    CHECK(read_options<epsilon<1e-3>>().epsilon == 1e-3);
    CHECK(read_options<momentum<0.25>>().momentum == 0.25);
}

}  // namespace
