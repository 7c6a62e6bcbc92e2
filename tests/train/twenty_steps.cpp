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
    nn::dataset<tested::input> data;
    nn::random_stream random(nn::seed{43}, 0);
    for (nn::extent s = 0; s < 160; ++s) {
        const nn::extent label = random.next_below(3);
        for (nn::extent i = 0; i < tested::input::size; ++i)
            data.inputs.push_back(static_cast<float>(random.next_uniform() * (1.0 + 0.3 * static_cast<double>(label))));
        data.labels.push_back(static_cast<std::int32_t>(label));
    }
    nn::model<tested> m{nn::seed{1}};
    nn::after_batch print([](nn::training_moment& now) { std::printf("%.9g\n", now.batch_loss); });
    const auto history =
        nn::fit(m, data, nn::cross_entropy{}, nn::adam{}, {.epochs = 1, .batch = 8, .callbacks = {&print}});
    return history ? 0 : 1;
}
