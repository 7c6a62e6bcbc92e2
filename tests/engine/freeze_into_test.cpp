// SPDX-License-Identifier: MIT
/// \file
/// Engines in memory of the user's: static storage, a buffer; too little or misaligned memory is refused.
#include <doctest/doctest.h>

#include <cstring>

#include "engine_network.hpp"

using namespace engine_network;

namespace {

alignas(64) std::byte storage[net::engine_bytes];

TEST_CASE("an engine in static storage computes the same bits as one on the heap") {
    const nn::model<net> m = trained();
    auto placed = nn::freeze_into(storage, m);
    REQUIRE(placed);
    auto engine = nn::freeze(m);
    const std::vector<float> pixels = images(1);
    CHECK(std::memcmp((*placed)(pixels.data()).data(), engine(pixels.data()).data(), 3 * sizeof(float)) == 0);
    const auto* at = reinterpret_cast<const std::byte*>((*placed)(pixels.data()).data());
    CHECK(at >= storage);
    CHECK(at + 3 * sizeof(float) <= storage + sizeof storage);
}

TEST_CASE("an engine stays within its bytes, whatever the batch") {
    const nn::model<net> m = trained();
    const std::vector<float> pixels = images(7);
    std::vector<float> scores(21);
    for (const nn::extent batch : {1, 2, 7}) {
        const nn::extent bytes = nn::engine<net>::bytes(batch), guard = 64;
        nn::aligned_block<std::byte> memory(bytes + 2 * guard);
        std::memset(static_cast<void*>(memory.data()), 0x5A, static_cast<std::size_t>(memory.size()));
        auto placed =
            nn::freeze_into({memory.data() + guard, static_cast<std::size_t>(bytes)}, m, {.max_batch = batch});
        REQUIRE(placed);
        (*placed)(pixels.data(), scores.data(), 7);
        (*placed)(pixels.data());
        for (nn::extent i = 0; i < guard; ++i) {
            CHECK(memory[i] == std::byte{0x5A});
            CHECK(memory[guard + bytes + i] == std::byte{0x5A});
        }
    }
}

TEST_CASE("too little memory is refused, with both sizes, and not touched") {
    const nn::model<net> m = trained();
    for (const std::size_t bytes : {std::size_t{0}, std::size_t{64}, sizeof storage - 1}) {
        std::memset(static_cast<void*>(storage), 0x5A, sizeof storage);
        const auto refused = nn::freeze_into({storage, bytes}, m);
        REQUIRE_FALSE(refused);
        CHECK(refused.error().kind() == nn::error_kind::invalid_argument);
        CHECK(refused.error().message() == "freeze_into: the buffer has " + std::to_string(bytes) +
                                               " bytes, the engine needs " + std::to_string(net::engine_bytes));
        CHECK(storage[0] == std::byte{0x5A});
    }
    CHECK_FALSE(nn::freeze_into(storage, m, {.max_batch = 2}));
}

TEST_CASE("memory that does not begin on a cache line is refused") {
    const nn::model<net> m = trained();
    nn::aligned_block<std::byte> memory(net::engine_bytes + 64);
    for (const nn::extent off : {1, 4, 16, 32}) {
        const auto refused = nn::freeze_into({memory.data() + off, static_cast<std::size_t>(net::engine_bytes)}, m);
        REQUIRE_FALSE(refused);
        CHECK(refused.error().message() ==
              "freeze_into: the buffer must begin on a 64-byte boundary; declare it alignas(64)");
    }
}

}  // namespace
