// SPDX-License-Identifier: MIT
/// \file
/// Tensors and views have a static shape and the order of memory that the shape spells.
#include <doctest/doctest.h>
#include <ctnn/core/tensor.hpp>

using namespace ctnn;

namespace {

using image = shape<3, 4, 2>;
static_assert(std::is_convertible_v<tensor<image>&, tensor_view<image, float>>);
static_assert(std::is_convertible_v<const tensor<image>&, tensor_view<image, const float>>);
static_assert(!std::is_convertible_v<const tensor<image>&, tensor_view<image, float>>);
static_assert(std::is_convertible_v<tensor_view<image, float>, tensor_view<image, const float>>);
static_assert(!std::is_convertible_v<tensor_view<image, const float>, tensor_view<image, float>>);
static_assert(!std::is_convertible_v<tensor<shape<4, 3, 2>>&, tensor_view<image, float>>, "same size, another shape");
static_assert(std::is_convertible_v<std::array<float, 24>&, tensor_view<image, float>>);
static_assert(!std::is_convertible_v<std::array<float, 23>&, tensor_view<image, float>>);
static_assert(!std::is_convertible_v<std::array<double, 24>&, tensor_view<image, float>>);
static_assert(!std::is_convertible_v<float*, tensor_view<image, float>>, "a pointer says nothing of its length");
static_assert(std::is_constructible_v<tensor_view<image, float>, float*>);

TEST_CASE("a tensor is zero, and its elements lie in the order of the shape") {
    tensor<image> t;
    for (const float x : t) CHECK(x == 0);
    for (extent i = 0; i < t.size(); ++i) t[i] = static_cast<float>(i);
    CHECK(t(0, 0, 1) == 1);
    CHECK(t(0, 1, 0) == 2);
    CHECK(t(1, 0, 0) == 8);
    CHECK(t(2, 3, 1) == 23);
    t(2, 3, 1) = -1;
    CHECK(t.data()[23] == -1);
}

TEST_CASE("a view sees the memory of its owner") {
    std::array<float, 24> numbers{};
    tensor_view<image, float> view = numbers;
    view(1, 2, 1) = 5;
    CHECK(numbers[8 + 4 + 1] == 5);
    tensor<image> t;
    tensor_view<image, const float> seen = t;
    CHECK(seen.data() == t.data());
    t[3] = 2;
    CHECK(seen[3] == 2);
    CHECK(seen.end() - seen.begin() == 24);
}

}  // namespace
