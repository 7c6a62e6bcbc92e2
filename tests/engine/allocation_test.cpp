// SPDX-License-Identifier: MIT
/// \file
/// An engine allocates nothing, and neither does a training step after the first. malloc itself is counted, so that
/// nothing that calls it goes unseen: operator new, the C library, OpenMP.
#include <doctest/doctest.h>

#include <cstdlib>

#include "../io/replaced_malloc.hpp"
#include "engine_network.hpp"

#if defined(CTNN_TEST_COUNTS_MALLOC)

using namespace engine_network;

namespace {

std::atomic<long>& allocations = failing_memory::count;

TEST_CASE("the counter counts") {
    const long before = allocations;
    void* volatile a = std::malloc(10);
    std::free(a);
    const nn::aligned_block<float> block(10);
    CHECK(allocations - before == 2);
}

TEST_CASE("calls of an engine allocate nothing, single, batched or with a workspace") {
    const nn::model<net> m = trained();
    auto engine = nn::freeze(m, {.max_batch = 2});
    nn::engine<net>::workspace memory(2);
    const std::vector<float> pixels = images(5);
    std::vector<float> scores(15);
    const long before = allocations;
    for (int i = 0; i < 100; ++i) {
        engine(pixels.data());
        engine(pixels.data(), scores.data(), 5);
        engine(pixels.data(), scores.data(), memory, 5);
    }
    CHECK(allocations == before);
}

TEST_CASE("to make an engine allocates its block and little more") {
    const nn::model<net> m = trained();
    const long before = allocations;
    const auto engine = nn::freeze(m);
    CHECK(allocations - before <= 3);
}

TEST_CASE("training steps allocate nothing after the first") {
    nn::model<net> m{nn::seed{1}};
    const std::vector<float> pixels = images(4);
    const std::int32_t labels[]{0, 1, 2, 0};
    for (nn::extent threads = 1; threads <= 2; ++threads) {
        nn::training_pass<net, nn::cross_entropy> pass{{.max_batch = 4, .threads = threads}};
        nn::gradient<net> slope;
        nn::adam descent;
        nn::optimizer_state<nn::adam, net> state(descent);
        const auto step = [&] {
            pass.set_step(state.time());
            pass.forward(m, pixels.data(), 4);
            const double loss = pass.loss(nn::cross_entropy{}, {.labels = labels});
            slope.fill_zero();
            pass.backward(m, slope);
            state.step(descent, m, slope, threads);
            return loss;
        };
        const double first = step();
        const long before = allocations;
        double last = 0;
        for (int i = 0; i < 20; ++i) last = step();
        CHECK(allocations == before);
        CHECK(last < first);
    }
}

class counts_batches final : public nn::training_callback {
public:
    long first = 0, last = 0;
    void batch_ends(nn::training_moment& now) override {
        if (now.epoch == 1 && now.batch == 1) first = allocations;
        last = allocations;
    }
};

TEST_CASE("fit allocates nothing between its first batch and its last") {
    nn::model<net> m{nn::seed{1}};
    nn::dataset<net::input> data;
    data.inputs = images(10);
    data.labels = {0, 1, 2, 0, 1, 2, 0, 1, 2, 0};
    counts_batches counter;
    REQUIRE(nn::fit(m, data, nn::cross_entropy{}, nn::adam{},
                    {.epochs = 3, .batch = 4, .threads = 2, .callbacks = {&counter}}));
    CHECK(counter.last - counter.first == 0);
}

}  // namespace
#endif
