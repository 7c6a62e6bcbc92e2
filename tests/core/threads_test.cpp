// SPDX-License-Identifier: MIT
/// \file
/// The parallel loop visits each piece once, whatever the number of threads.
#include <doctest/doctest.h>
#include <ctnn/core/threads.hpp>

#include <vector>

using namespace ctnn;

namespace {

TEST_CASE("each piece is visited once, for any number of threads and pieces") {
    for (const extent threads : {0, 1, 2, 3, 7, 16})
        for (const extent count : {0, 1, 2, 5, 64, 1000}) {
            CAPTURE(threads);
            CAPTURE(count);
            std::vector<int> visits(static_cast<std::size_t>(count));
            parallel_for(count, threads, [&](extent i) { ++visits[static_cast<std::size_t>(i)]; });
            for (const int v : visits) CHECK(v == 1);
        }
}

TEST_CASE("one thread works in order") {
    std::vector<extent> order;
    parallel_for(9, 1, [&](extent i) { order.push_back(i); });
    for (extent i = 0; i < 9; ++i) CHECK(order[static_cast<std::size_t>(i)] == i);
}

TEST_CASE("little work stays on one thread, and there is always a thread") {
    CHECK(threads_for(100, 8) == 1);
    CHECK(threads_for(1 << 20, 8) == 8);
    CHECK(available_threads() >= 1);
}

}  // namespace
