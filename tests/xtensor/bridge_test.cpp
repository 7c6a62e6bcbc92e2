// SPDX-License-Identifier: MIT
/// \file
/// The bridge to xtensor: equal pointers where nothing is copied, equal values where the layout forces a copy, errors
/// where shapes differ.
#include <doctest/doctest.h>
#include <ctnn/ctnn.hpp>
#include <ctnn/xtensor.hpp>

#include <xtensor/xview.hpp>

namespace nn = ctnn;

namespace {

using image = nn::shape<4, 3, 2>;
using net = nn::network<image, nn::conv<5, 2>, nn::relu, nn::flatten, nn::dense<3>, nn::softmax>;

template <class E>
void count_up(E& e) {
    float next = 0;
    for (auto& x : e) x = next++;
}

// A wrong fixed shape does not compile; a right one gives a view of its very shape.
using fixed = xt::xtensor_fixed<float, xt::xshape<4, 3, 2>>;
using turned = xt::xtensor_fixed<float, xt::xshape<3, 4, 2>>;
static_assert(std::is_same_v<decltype(nn::as_view(std::declval<fixed&>())), nn::tensor_view<image, float>>);
static_assert(std::is_same_v<decltype(nn::as_view(std::declval<const fixed&>())), nn::tensor_view<image, const float>>);
template <class Image>
concept runs = requires(nn::engine<net>& engine, Image& x) {
    engine(nn::as_view(x));
};
static_assert(runs<fixed> && runs<const fixed> && !runs<turned>);

TEST_CASE("a tensor is seen through xtensor in its own memory") {
    nn::tensor<image> t;
    auto view = nn::as_xtensor(t);
    static_assert(std::is_same_v<decltype(view), nn::xtensor_view<float, 3>>);
    CHECK(view.data() == t.data());
    CHECK(view.shape() == std::array<std::size_t, 3>{4, 3, 2});
    view(2, 1, 1) = 7;
    CHECK(t(2, 1, 1) == 7);
    view += 1;
    CHECK(t(0, 0, 0) == 1);
    const nn::tensor<image>& constant = t;
    CHECK(nn::as_xtensor(constant).data() == t.data());
    CHECK(nn::as_xtensor(constant)(2, 1, 1) == 8);
}

TEST_CASE("an engine reads an xtensor_fixed and an xtensor in place, and its scores are seen in place") {
    const nn::model<net> m{nn::seed{1}};
    auto engine = nn::freeze(m);
    fixed x;
    count_up(x);
    CHECK(nn::as_view(x).data() == x.data());
    const auto scores = engine(nn::as_view(x));
    const auto seen = nn::as_xtensor(scores);
    CHECK(seen.data() == scores.data());
    CHECK(xt::sum(seen)() == doctest::Approx(1.0));

    xt::xtensor<float, 3> y = x;
    const auto in_place = nn::as_view<image>(y);
    REQUIRE(in_place);
    CHECK(in_place->data() == y.data());
    const float first = scores[0];
    CHECK(engine(*in_place)[0] == first);
}

TEST_CASE("a batch is read and written in place, whole or a part of its samples") {
    const nn::model<net> m{nn::seed{1}};
    auto engine = nn::freeze(m);
    xt::xtensor<float, 4> images = xt::zeros<float>({5, 4, 3, 2});
    count_up(images);
    images /= 100;
    xt::xtensor<float, 2> scores = xt::zeros<float>({5, 3});
    const auto samples = nn::as_batch<image>(images);
    const auto results = nn::as_batch<nn::shape<3>>(scores);
    REQUIRE(samples);
    REQUIRE(results);
    CHECK(samples->data() == images.data());
    CHECK(samples->size() == 5 * 24);
    engine(samples->data(), results->data(), 5);
    for (std::size_t s = 0; s < 5; ++s) {
        const auto one = xt::view(images, s);
        const auto in_place = nn::as_view<image>(one);
        REQUIRE(in_place);
        CHECK(in_place->data() == images.data() + 24 * s);
        CHECK(engine(*in_place)[2] == doctest::Approx(static_cast<double>(scores(s, 2))));
    }
    const auto middle = xt::view(images, xt::range(1, 4));
    const auto part = nn::as_batch<image>(middle);
    REQUIRE(part);
    CHECK(part->data() == images.data() + 24);
    CHECK(part->size() == 3 * 24);
    CHECK(nn::as_xtensor<image>(part->data(), 3)(2, 3, 2, 1) == images(3, 3, 2, 1));
}

TEST_CASE("another shape is refused, with both shapes") {
    xt::xtensor<float, 3> turned_image = xt::zeros<float>({3, 4, 2});
    const auto refused = nn::as_view<image>(turned_image);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind() == nn::error_kind::shape_mismatch);
    CHECK(refused.error().message() == "xtensor: shape (3, 4, 2), expected (4, 3, 2)");
    CHECK_FALSE(nn::to_tensor<image>(turned_image));
    CHECK_FALSE(nn::as_batch<image>(turned_image));
    CHECK(nn::to_dataset<image>(turned_image).error().message() == "xtensor: shape (3, 4, 2), expected (3, 4, 3, 2)");
}

TEST_CASE("a layout that forces a copy is refused in place, and copied by value") {
    xt::xtensor<float, 3, xt::layout_type::column_major> column = xt::zeros<float>({4, 3, 2});
    xt::xtensor<float, 3> wide = xt::zeros<float>({4, 3, 5});
    count_up(wide);
    for (std::size_t i = 0; i < 4; ++i)
        for (std::size_t j = 0; j < 3; ++j)
            for (std::size_t k = 0; k < 2; ++k) column(i, j, k) = static_cast<float>(100 * i + 10 * j + k);
    auto strided = xt::view(wide, xt::all(), xt::all(), xt::range(1, 3));
    CHECK(nn::as_view<image>(column).error().kind() == nn::error_kind::invalid_argument);
    CHECK(nn::as_view<image>(strided).error().kind() == nn::error_kind::invalid_argument);

    const auto a = nn::to_tensor<image>(column), b = nn::to_tensor<image>(strided),
               c = nn::to_tensor<image>(2 * column + 1);
    REQUIRE(a);
    REQUIRE(b);
    REQUIRE(c);
    for (nn::extent i = 0; i < 4; ++i)
        for (nn::extent j = 0; j < 3; ++j)
            for (nn::extent k = 0; k < 2; ++k) {
                CHECK((*a)(i, j, k) == static_cast<float>(100 * i + 10 * j + k));
                CHECK((*b)(i, j, k) ==
                      wide(static_cast<std::size_t>(i), static_cast<std::size_t>(j), static_cast<std::size_t>(k + 1)));
                CHECK((*c)(i, j, k) == 2 * (*a)(i, j, k) + 1);
            }
}

TEST_CASE("a volume is seen in place, depth first and channels last") {
    nn::volume v;
    v.grid = {2, 3, 4, {}};
    v.channels = 2;
    v.values.resize(48);
    count_up(v.values);
    auto view = nn::as_xtensor(v);
    static_assert(std::is_same_v<decltype(view), nn::xtensor_view<float, 4>>);
    CHECK(view.data() == v.values.data());
    CHECK(view.shape() == std::array<std::size_t, 4>{2, 3, 4, 2});
    CHECK(view(1, 2, 0, 1) == v.at(1, 2, 0, 1));
}

TEST_CASE("parameters are seen by name in the model's memory") {
    nn::model<net> m{nn::seed{1}};
    auto weight = nn::parameter_as_xtensor<4>(m, "0.weight");
    REQUIRE(weight);
    CHECK(weight->data() == m.parameters().data());
    CHECK(weight->shape() == std::array<std::size_t, 4>{2, 2, 2, 5});
    (*weight)(1, 1, 1, 4) = 3;
    CHECK(m.parameters()[39] == 3);
    *weight = xt::zeros<float>({2, 2, 2, 5});
    CHECK(m.parameters()[39] == 0);
    auto bias = nn::parameter_as_xtensor<1>(m, "3.bias");
    REQUIRE(bias);
    CHECK(bias->data() == m.parameters().data() + net::parameter_count - 3);
    CHECK(nn::as_xtensor(m).data() == m.parameters().data());
    CHECK(nn::as_xtensor(m).size() == net::parameter_count);
    CHECK(nn::parameter_as_xtensor<2>(m, "0.weight").error().message() ==
          "xtensor: 0.weight has the shape (2, 2, 2, 5), not 2 axes");
    CHECK(nn::parameter_as_xtensor<2>(m, "7.weight").error().kind() == nn::error_kind::invalid_argument);
}

TEST_CASE("data sets are copied from expressions, and seen in place") {
    xt::xtensor<int, 4> pixels = xt::zeros<int>({6, 4, 3, 2});
    for (std::size_t i = 0; i < pixels.size(); ++i) pixels.data()[i] = static_cast<int>(i % 256);
    const xt::xtensor<int, 1> labels{0, 1, 2, 0, 1, 2};
    auto data = nn::to_dataset<image>(pixels / 255.0f, labels);
    REQUIRE(data);
    CHECK(data->size() == 6);
    CHECK_FALSE(data->check(1, 3));
    CHECK(data->inputs[143] == 143 / 255.0f);
    CHECK(data->labels[5] == 2);
    auto inputs = nn::as_xtensor(*data);
    CHECK(inputs.data() == data->inputs.data());
    CHECK(inputs.shape() == std::array<std::size_t, 4>{6, 4, 3, 2});
    inputs -= 0.5f;
    CHECK(data->inputs[0] == -0.5f);
    CHECK(nn::labels_as_xtensor(*data).data() == data->labels.data());
    CHECK(nn::labels_as_xtensor(*data)(4) == 1);
}

}  // namespace
