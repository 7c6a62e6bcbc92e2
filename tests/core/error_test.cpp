// SPDX-License-Identifier: MIT
/// \file
/// Errors say what failed and where; results hold a value or an error.
#include <doctest/doctest.h>
#include <ctnn/core/error.hpp>

#include <memory>

using namespace ctnn;

namespace {

TEST_CASE("no error converts to false and says nothing") {
    const error none;
    CHECK_FALSE(none);
    CHECK(none.kind() == error_kind::none);
    CHECK(none.message().empty());
    CHECK(none.offset() == -1);
}

TEST_CASE("an error says its file, the byte, what was found and what was expected") {
    const error e{error_kind::truncated, "a.png", 33, "12 bytes", "13 bytes"};
    CHECK(e);
    CHECK(e.kind() == error_kind::truncated);
    CHECK(e.file() == "a.png");
    CHECK(e.offset() == 33);
    CHECK(e.found() == "12 bytes");
    CHECK(e.expected() == "13 bytes");
    CHECK(e.message() == "a.png: at byte 33: found 12 bytes, expected 13 bytes");
    CHECK(std::string(e.what()) == e.message());
}

TEST_CASE("what is not known is left out of the text") {
    CHECK(error{error_kind::not_finite, "", -1, "NaN", "a number"}.message() == "found NaN, expected a number");
    CHECK(error{error_kind::cannot_open, "b.npy", "no such file"}.message() == "b.npy: no such file");
    CHECK(error{error_kind::invalid_argument, "bad"}.message() == "bad");
}

TEST_CASE("a result holds its value, of a type that moves alone") {
    result<std::unique_ptr<int>> r = std::make_unique<int>(7);
    CHECK(r);
    CHECK(r.has_value());
    CHECK(**r == 7);
    CHECK_FALSE(r.error());
    result<std::unique_ptr<int>> moved = std::move(r);
    CHECK(**moved == 7);
    const std::unique_ptr<int> taken = *std::move(moved);
    CHECK(*taken == 7);
}

TEST_CASE("a result holds an error instead, and destroys what it holds") {
    const result<std::string> failed = error{error_kind::too_large, "no"};
    CHECK_FALSE(failed);
    CHECK(failed.error().kind() == error_kind::too_large);
    auto counted = std::make_shared<int>(1);
    {
        const result<std::shared_ptr<int>> holds = std::shared_ptr<int>(counted);
        CHECK(counted.use_count() == 2);
    }
    CHECK(counted.use_count() == 1);
}

}  // namespace
