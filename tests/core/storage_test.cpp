// SPDX-License-Identifier: MIT
/// \file
/// Blocks of memory are aligned, zero, movable and copied on request alone.
#include <doctest/doctest.h>
#include <ctnn/core/storage.hpp>

#include <algorithm>
#include <cstdint>
#include <type_traits>

using namespace ctnn;

namespace {

static_assert(!std::is_copy_constructible_v<aligned_block<float>> && !std::is_copy_assignable_v<aligned_block<float>>);
static_assert(std::is_nothrow_move_constructible_v<aligned_block<float>>);
static_assert(round_up(0) == 0 && round_up(1) == 16 && round_up(16) == 16 && round_up(17) == 32 && round_up(5, 4) == 8);

TEST_CASE("a block of any size begins on a cache line and is zero") {
    for (extent count = 1; count < 200; ++count) {
        const aligned_block<float> block(count);
        CHECK(reinterpret_cast<std::uintptr_t>(block.data()) % alignment == 0);
        CHECK(block.size() == count);
        for (const float x : block) CHECK(x == 0);
    }
}

TEST_CASE("a block of nothing owns nothing") {
    const aligned_block<double> none(0), also_none;
    CHECK(none.data() == nullptr);
    CHECK(also_none.size() == 0);
    CHECK(none.copy().data() == nullptr);
}

TEST_CASE("a moved block leaves nothing behind, a copy is another block") {
    aligned_block<int> a(3);
    a[1] = 7;
    aligned_block<int> copied = a.copy();
    CHECK(copied.data() != a.data());
    CHECK(copied[1] == 7);
    const int* at = a.data();
    aligned_block<int> moved(std::move(a));
    CHECK(moved.data() == at);
    CHECK(moved.size() == 3);
    copied = std::move(moved);
    CHECK(copied.data() == at);
    copied.fill_zero();
    CHECK(copied[1] == 0);
}

TEST_CASE("a block that may lie in large pages is zero and aligned like any other") {
    for (const extent count : {(1 << 20) - 1, 1 << 20, (1 << 20) + 1, 3'000'001}) {
        const aligned_block<float> block(count);
        CHECK(reinterpret_cast<std::uintptr_t>(block.data()) % alignment == 0);
        CHECK(std::all_of(block.begin(), block.end(), [](float x) { return x == 0; }));
        CHECK(block.copy().size() == count);
    }
}

}  // namespace
