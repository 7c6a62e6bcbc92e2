// SPDX-License-Identifier: MIT
/// \file
/// Trains a network large enough for threads to share its work, and prints a hash of its weights.
#include <cstdio>

#include "small_data.hpp"

using namespace small_data;

int main() {
    using wide = nn::network<nn::shape<32, 32, 1>, nn::conv<16, 3, nn::same>, nn::batch_norm<>, nn::relu,
                             nn::max_pool<>, nn::conv<16, 3, nn::same>, nn::relu, nn::max_pool<>, nn::flatten,
                             nn::dropout<0.5>, nn::dense<96>, nn::relu, nn::dense<3>, nn::softmax>;
    const auto data = strengths<wide>(48, nn::seed{41});
    nn::model<wide> m{nn::seed{1}};
    const auto history = nn::fit(m, data, nn::cross_entropy{}, nn::adam{}, {.epochs = 3, .batch = 13});
    if (!history) return 1;
    std::fprintf(stderr, "%td threads, loss %.17g\n", nn::available_threads(), history->epochs.back().loss);
    std::printf("%016llx\n", static_cast<unsigned long long>(hash(m)));
}
