// SPDX-License-Identifier: MIT
/// \file
/// Nothing large crosses the stack: models, engines and training of megabytes work in a thread with 256 KB of it.
#include <doctest/doctest.h>

#include <pthread.h>

#include "engine_network.hpp"

using namespace engine_network;

namespace {

using large = nn::network<nn::shape<64, 64, 3>, nn::conv<32>, nn::relu, nn::max_pool<>, nn::flatten, nn::dense<96>,
                          nn::relu, nn::dense<2>, nn::softmax>;
static_assert(large::engine_bytes > 8 << 20, "larger than a usual stack");

void* work(void* result) {
    nn::model<large> m{nn::seed{1}};
    nn::model<large> copy = m.copy();
    std::vector<float> pixels(static_cast<std::size_t>(2 * large::input::size), 0.5f);
    nn::training_pass<large, nn::cross_entropy> pass{{.max_batch = 2, .threads = 1}};
    nn::gradient<large> slope;
    const std::int32_t labels[]{0, 1};
    pass.forward(copy, pixels.data(), 2);
    const double loss = pass.loss(nn::cross_entropy{}, {.labels = labels});
    pass.backward(copy, slope);
    auto engine = nn::freeze(copy);
    const auto scores = engine(pixels.data());
    *static_cast<bool*>(result) = loss > 0 && scores[0] + scores[1] > 0.99f;
    return nullptr;
}

TEST_CASE("training and inference of megabytes work in a thread with a stack of 256 KB") {
    pthread_attr_t attributes;
    REQUIRE(pthread_attr_init(&attributes) == 0);
    REQUIRE(pthread_attr_setstacksize(&attributes, 256 * 1024) == 0);
    pthread_t thread;
    bool right = false;
    REQUIRE(pthread_create(&thread, &attributes, work, &right) == 0);
    pthread_join(thread, nullptr);
    pthread_attr_destroy(&attributes);
    CHECK(right);
}

}  // namespace
