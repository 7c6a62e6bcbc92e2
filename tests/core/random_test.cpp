// SPDX-License-Identifier: MIT
/// \file
/// Random numbers are the published ones, the same at compile time, in any order and without bias.
#include <doctest/doctest.h>
#include <ctnn/core/random.hpp>

#include <cmath>
#include <vector>

using namespace ctnn;

namespace {

constexpr bool is(const philox_block& b, std::uint32_t w0, std::uint32_t w1, std::uint32_t w2, std::uint32_t w3) {
    return b.word[0] == w0 && b.word[1] == w1 && b.word[2] == w2 && b.word[3] == w3;
}

// What Random123 publishes for philox4x32-10: counter, key, result; here as constants of the compiler.
static_assert(is(philox(0, 0, 0), 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8));
static_assert(is(philox(~std::uint64_t{0}, ~std::uint64_t{0}, ~std::uint64_t{0}), 0x408f276d, 0x41c83b0e, 0xa20bc7c6,
                 0x6d5451fd));
static_assert(is(philox(0x299f31d0a4093822, 0x0370734413198a2e, 0x85a308d3243f6a88), 0xd16cfe09, 0x94fdcceb, 0x5001e420,
                 0x24126ea1));

TEST_CASE("the generator gives the published numbers at run time too") {
    volatile std::uint64_t zero = 0;
    CHECK(is(philox(zero, zero, zero), 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8));
}

TEST_CASE("a stream reads the same numbers in order and at any place") {
    random_stream in_order(seed{42}, 7);
    const random_stream anywhere(seed{42}, 7);
    for (std::uint64_t i = 0; i < 1000; ++i) {
        CHECK(anywhere.bits(999 - i) == random_stream(seed{42}, 7).bits(999 - i));
        CHECK(in_order.next() == anywhere.bits(i));
    }
    constexpr std::uint32_t at_compile_time = random_stream(seed{42}, 7).bits(5);
    CHECK(at_compile_time == anywhere.bits(5));
}

TEST_CASE("seeds and streams are different sequences") {
    const random_stream a(seed{1}, 0), b(seed{2}, 0), c(seed{1}, 1);
    int equal = 0;
    for (std::uint64_t i = 0; i < 1000; ++i) equal += (a.bits(i) == b.bits(i)) + (a.bits(i) == c.bits(i));
    CHECK(equal == 0);
}

TEST_CASE("uniform numbers lie in [0, 1), are exact in float, and have mean 1/2 and variance 1/12") {
    random_stream random(seed{3}, 0);
    const int n = 200000;
    double sum = 0, squares = 0;
    for (int i = 0; i < n; ++i) {
        const double u = random.next_uniform();
        REQUIRE(u >= 0);
        REQUIRE(u < 1);
        REQUIRE(static_cast<double>(static_cast<float>(u)) == u);
        sum += u;
        squares += (u - 0.5) * (u - 0.5);
    }
    CHECK(std::fabs(sum / n - 0.5) < 5 * std::sqrt(1.0 / 12 / n));
    CHECK(std::fabs(squares / n - 1.0 / 12) < 0.001);
}

TEST_CASE("integers below a bound are all reached, and none more often than chance allows") {
    for (const extent bound : {1, 2, 3, 7, 10, 1000}) {
        CAPTURE(bound);
        random_stream random(seed{4}, static_cast<std::uint64_t>(bound));
        std::vector<int> count(static_cast<std::size_t>(bound));
        const int n = 100 * static_cast<int>(bound) + 10000;
        for (int i = 0; i < n; ++i) {
            const extent k = random.next_below(bound);
            REQUIRE(k >= 0);
            REQUIRE(k < bound);
            ++count[static_cast<std::size_t>(k)];
        }
        const double expected = static_cast<double>(n) / static_cast<double>(bound);
        double distance = 0;  // chi-squared: its mean is bound - 1, its variance twice that
        for (const int c : count) distance += (c - expected) * (c - expected) / expected;
        CHECK(distance < static_cast<double>(bound - 1) + 6 * std::sqrt(2.0 * static_cast<double>(bound)));
    }
}

TEST_CASE("a bound that does not divide 2^32 is without bias") {
    // 3 * 2^30: without rejection, a third of the values would be twice as likely as the others.
    const extent bound = extent{3} << 29;
    random_stream random(seed{5}, 0);
    int below[3]{};
    for (int i = 0; i < 30000; ++i) ++below[random.next_below(bound) % 3];
    for (const int c : below) CHECK(std::abs(c - 10000) < 5 * 82);  // standard deviation sqrt(n/3 * 2/3) = 82
}

}  // namespace
