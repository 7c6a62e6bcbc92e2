// SPDX-License-Identifier: MIT
/// \file
/// Compiled with -fno-exceptions -fno-rtti: inference works, in memory of the user's own, and a failure is a value.
#include <ctnn/ctnn.hpp>

#include <array>
#include <cstdio>

#if defined(__cpp_exceptions) || defined(__cpp_rtti)
#error "this file is to be compiled with -fno-exceptions -fno-rtti"
#endif

namespace nn = ctnn;
using net = nn::network<nn::shape<8, 8, 1>, nn::conv<4>, nn::batch_norm<>, nn::relu, nn::avg_pool<>, nn::flatten,
                        nn::dense<3>, nn::softmax>;

alignas(64) static std::byte memory[static_cast<std::size_t>(nn::engine<net>::bytes())];

int main() {
    const nn::model<net> model{nn::seed{1}};
    const auto too_small = nn::freeze_into(std::span(memory).first(64), model);
    auto engine = nn::freeze_into(memory, model);
    if (too_small || !engine) return 1;
    std::puts(too_small.error().what());

    std::array<float, 64> image{};
    float total = 0;
    for (const float score : (*engine)(image)) total += score;
    std::printf("scores add up to %.4f\n", static_cast<double>(total));
    return total > 0.999f && total < 1.001f ? 0 : 1;
}
