// SPDX-License-Identifier: MIT
/// \file
/// The README's training and deployment, on images that are made here.
#include <ctnn/ctnn.hpp>

#include <cstdio>

namespace nn = ctnn;
using net = nn::network<nn::shape<28, 28, 1>, nn::conv<8>, nn::relu, nn::max_pool<>, nn::conv<16>, nn::relu,
                        nn::max_pool<>, nn::flatten, nn::dense<2>, nn::softmax>;

// Dark noise; class 1 has a bright square somewhere.
static nn::dataset<net::input> make_images(nn::extent count, nn::seed seed) {
    nn::dataset<net::input> images;
    nn::random_stream random(seed, 0);
    for (nn::extent i = 0; i < count; ++i) {
        const nn::extent label = i % 2, top = random.next_below(20), left = random.next_below(20);
        for (nn::extent row = 0; row < 28; ++row)
            for (nn::extent column = 0; column < 28; ++column) {
                const bool inside = row >= top && row < top + 8 && column >= left && column < left + 8;
                images.inputs.push_back(
                    static_cast<float>(0.5 * random.next_uniform() + (label == 1 && inside ? 0.3 : 0)));
            }
        images.labels.push_back(static_cast<std::int32_t>(label));
    }
    return images;
}

int main() {
    const auto train = make_images(256, nn::seed{1}), valid = make_images(64, nn::seed{2});
    // [training]
    nn::model<net> model{nn::seed{42}};
    const auto history = nn::fit(model, train, nn::cross_entropy{}, nn::adam{.rate = 3e-3},
                                 {.epochs = 10, .batch = 16, .validation = &valid});
    if (!history) return std::puts(history.error().what()), 1;
    if (auto failed = nn::save(model, "squares.safetensors")) return std::puts(failed.what()), 1;
    // [training]

    // [inference]
    nn::model<net> trained{nn::seed{0}};
    if (auto failed = nn::load(trained, "squares.safetensors")) return std::puts(failed.what()), 1;
    auto engine = nn::freeze(trained);        // batch norm folded, layers fused, weights packed
    auto scores = engine(valid.input_of(1));  // a view, valid until the next call; allocates nothing
    std::printf("class 1: %s\n", scores[1] > 0.5f ? "yes" : "no");
    // [inference]
    std::printf("validation accuracy above 0.9: %s\n", history->epochs.back().validation_accuracy > 0.9 ? "yes" : "no");
}
