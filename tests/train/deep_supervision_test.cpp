// SPDX-License-Identifier: MIT
/// \file
/// Deep supervision: weights, the masks of the coarser heads, and that a loss of one head is a part of it.
#include <doctest/doctest.h>

#include <cstdint>
#include <vector>

#include "ctnn/graph/auxiliary.hpp"
#include "ctnn/layers/layers.hpp"
#include "ctnn/train/loss/binary_cross_entropy.hpp"
#include "ctnn/train/loss/cross_entropy.hpp"
#include "ctnn/train/loss/deep_supervision.hpp"
#include "loss_checks.hpp"

namespace deep_supervision_test {
namespace nn = ctnn;
using labels = std::vector<std::int32_t>;

/// Scores of an image of 4 x 6, of its halves and of 1 x 2.
template <class End, nn::extent Classes>
using pyramid = nn::network<
    nn::shape<4, 6, 1>,
    nn::with_auxiliaries<nn::conv<3, 3, nn::same>,
                         nn::auxiliary<nn::avg_pool<nn::kernel<4, 3>, nn::stride<4, 3>>, nn::conv<Classes, 1>, End>,
                         nn::auxiliary<nn::avg_pool<>, nn::conv<Classes, 1>, End>, nn::conv<Classes, 1>, End>>;
using classes = pyramid<nn::softmax, 3>;
constexpr auto loss = nn::deep_supervision<classes>(nn::cross_entropy{});

TEST_CASE("each head has half the weight of the next finer, one in all") {
    CHECK(loss.weights[0] == doctest::Approx(4.0 / 7));
    CHECK(loss.weights[1] == doctest::Approx(2.0 / 7));
    CHECK(loss.weights[2] == doctest::Approx(1.0 / 7));
}

TEST_CASE("a coarser head takes the label at the center of what it stands for") {
    labels fine;
    for (std::int32_t i = 0; i < 2 * 24; ++i) fine.push_back(i);  // each its own place
    // 2 x 3 of them: rows 1 and 3, columns 1, 3 and 5. 1 x 2: row 2, columns 1 and 4.
    labels expected;
    for (std::int32_t s = 0; s < 2 * 24; s += 24) {
        for (std::int32_t i = 0; i < 24; ++i) expected.push_back(s + i);
        for (const std::int32_t i : {7, 9, 11, 19, 21, 23, 13, 16}) expected.push_back(s + i);
    }
    CHECK(nn::coarse_labels(loss, fine) == expected);
    fine.pop_back();
    CHECK(nn::coarse_labels(loss, fine).empty());
}

TEST_CASE("a label of each channel stays with its channel, in volumes too") {
    using two = pyramid<nn::sigmoid, 2>;
    constexpr auto both = nn::deep_supervision<two>(nn::binary_cross_entropy{});
    labels fine;
    for (std::int32_t i = 0; i < 48; ++i) fine.push_back(i);
    const labels all = nn::coarse_labels(both, fine);
    REQUIRE(all.size() == 48 + 12 + 4);
    CHECK(labels(all.begin() + 48, all.begin() + 52) == labels{14, 15, 18, 19});
    CHECK(labels(all.end() - 4, all.end()) == labels{26, 27, 32, 33});

    using volume = nn::network<
        nn::shape<4, 2, 2, 1>,
        nn::with_auxiliaries<nn::conv<2, 3, nn::same>, nn::auxiliary<nn::max_pool<>, nn::conv<1, 1>, nn::sigmoid>,
                             nn::conv<1, 1>, nn::sigmoid>>;
    constexpr auto deep = nn::deep_supervision<volume>(nn::binary_cross_entropy{});
    const labels halves = nn::coarse_labels(deep, labels(fine.begin(), fine.begin() + 16));
    CHECK(labels(halves.begin() + 16, halves.end()) == labels{7, 15});
}

TEST_CASE("the loss is the weighted sum of each head's own") {
    constexpr nn::extent samples = 2;
    const auto output = loss_checks::uniform(samples * classes::output::size, 1, -3, 3);
    const labels fine = loss_checks::labels_between(samples * 24, 2, -1, 3), all = nn::coarse_labels(loss, fine);
    double expected = 0;
    for (int head = 0; head < 3; ++head) {
        const auto scores = loss.outputs_of(head, output);
        const labels own = loss.labels_of(head, all);
        std::vector<double> slope(scores.size());
        expected += loss.weights[head] * nn::mean_loss(nn::cross_entropy{}, scores.data(), {.labels = own.data()},
                                                       slope.data(), samples, loss.heads[head]);
    }
    std::vector<double> slope(output.size());
    CHECK(nn::mean_loss(loss, output.data(), {.labels = all.data()}, slope.data(), samples, classes::output_dims) ==
          doctest::Approx(expected).epsilon(1e-12));
}

}  // namespace deep_supervision_test
