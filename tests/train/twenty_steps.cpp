// SPDX-License-Identifier: MIT
/// \file
/// Prints the loss of each of twenty steps of a training run, for compilers to be compared.
#include <cstdio>

#include "small_data.hpp"

using namespace small_data;

int main() {
    using tested = nn::network<nn::shape<24, 24, 1>, nn::conv<16, 3, nn::same>, nn::batch_norm<>, nn::relu,
                               nn::max_pool<>, nn::conv<24, 3, nn::same>, nn::gelu, nn::max_pool<>, nn::flatten,
                               nn::dropout<0.25>, nn::dense<32>, nn::tanh, nn::dense<3>, nn::softmax>;
    const auto data = strengths<tested>(160, nn::seed{43});
    nn::model<tested> m{nn::seed{1}};
    nn::after_batch print([](nn::training_moment& now) { std::printf("%.9g\n", now.batch_loss); });
    const auto history =
        nn::fit(m, data, nn::cross_entropy{}, nn::adam{}, {.epochs = 1, .batch = 8, .callbacks = {&print}});
    return history ? 0 : 1;
}
