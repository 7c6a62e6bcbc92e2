// SPDX-License-Identifier: MIT
/// \file
/// Losses over pairs, triplets and whole batches of embeddings: against PyTorch, finite differences, slices of whole
/// groups; and fit(), which keeps together what belongs together.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "loss_checks.hpp"
#include "small_data.hpp"

namespace embedding_losses {

namespace nn = ctnn;
using ctnn::extent;
using ctnn::target;

/// Pairs of samples whose first number tells a class; it notes in which order they are asked for.
struct watched_pairs : nn::dataset<nn::shape<3>> {
    mutable std::vector<extent> seen;
    void write_input(extent sample, extent, float* to) const {
        seen.push_back(sample);
        std::copy_n(input_of(sample), 3, to);
    }
};

watched_pairs pairs(extent count) {
    watched_pairs data;
    nn::random_stream random(nn::seed{3}, 0);
    for (extent i = 0; i < count; ++i) {
        const std::int32_t shown = static_cast<std::int32_t>(random.next_below(2));
        data.labels.push_back(shown);
        data.inputs.push_back(static_cast<float>(shown) + 0.3f * static_cast<float>(random.next_uniform()));
        data.inputs.push_back(static_cast<float>(random.next_uniform()));
        data.inputs.push_back(1);
    }
    return data;
}

}  // namespace embedding_losses

using namespace embedding_losses;

TEST_CASE("losses over embeddings agree with PyTorch and with finite differences") {
    const auto labels = golden::array<std::int32_t>("losses/pairs");
    const auto rows = golden::array<double>("losses/rows");
    const auto compare = [&](const auto& loss, const char* name) {
        const bool reads = loss.labels_per_sample({}) > 0;
        const target<double> exact{reads ? labels.data() : nullptr, nullptr};
        const target<float> rounded{reads ? labels.data() : nullptr, nullptr};
        static_assert(nn::loss_function<std::decay_t<decltype(loss)>>);
        loss_checks::compare_with_golden<double>(loss, name, exact, 12, nn::make_dims(7), 1e-14, "losses/rows");
        loss_checks::compare_with_golden<float>(loss, name, rounded, 12, nn::make_dims(7), 2e-6, "losses/rows");
        loss_checks::check_gradient(loss, rows, exact, 12, nn::make_dims(7));
    };
    compare(nn::cosine_embedding{}, "cosine_embedding");
    compare(nn::cosine_embedding{.margin = -0.5}, "cosine_embedding_margin");
    compare(nn::triplet_margin{}, "triplet_margin");
    compare(nn::triplet_margin{.margin = 0.25, .epsilon = 1e-3}, "triplet_margin_narrow");
    compare(nn::nt_xent{}, "nt_xent");
    compare(nn::nt_xent{.temperature = 0.5}, "nt_xent_warm");

    const auto values = golden::array<double>("losses/values");
    const auto rounded = golden::cast<float>(values);
    const ctnn::dims out = nn::make_dims(3, 7);
    loss_checks::compare_with_golden<double>(nn::cosine_distance{}, "cosine_distance", {nullptr, values.data()}, 5, out,
                                             1e-14);
    loss_checks::compare_with_golden<float>(nn::cosine_distance{}, "cosine_distance", {nullptr, rounded.data()}, 5, out,
                                            1e-6);
    const auto output = golden::array<double>("losses/output");
    loss_checks::check_gradient(nn::cosine_distance{}, output, {nullptr, values.data()}, 5, out);
    loss_checks::check_slices(nn::cosine_distance{}, output, {nullptr, values.data()}, 5, out);
}

TEST_CASE_TEMPLATE("losses over embeddings are finite at numbers of 10000, at zeros and at equal rows", T, float,
                   double) {
    const std::vector<std::int32_t> labels{0, 0, 1, 2, 3, 3, 4, 5, 6, 6, 7, 7};
    std::vector<T> rows(12 * 7);
    for (std::size_t i = 0; i < 4 * 7; ++i) rows[i] = i % 3 == 0 ? T{1e4} : T{-1e4};
    for (std::size_t i = 4 * 7; i < 8 * 7; ++i) rows[i] = T{3};
    const auto finite = [&](const auto& loss) {
        const target<T> truth{loss.labels_per_sample({}) > 0 ? labels.data() : nullptr, nullptr};
        std::vector<T> gradient(rows.size(), std::numeric_limits<T>::quiet_NaN());
        CHECK(std::isfinite(nn::mean_loss(loss, rows.data(), truth, gradient.data(), 12, nn::make_dims(7))));
        CHECK(std::all_of(gradient.begin(), gradient.end(), [](T slope) { return std::isfinite(slope); }));
    };
    finite(nn::cosine_embedding{});
    finite(nn::triplet_margin{});
    finite(nn::nt_xent{.temperature = 1e-3});
}

TEST_CASE("groups in slices give the bits of the batch, and a group that is cut off is left out") {
    const auto labels = golden::array<std::int32_t>("losses/pairs");
    const auto rows = golden::array<double>("losses/rows");
    const ctnn::dims out = nn::make_dims(7);
    const auto check = [&](const auto& loss, extent together) {
        using loss_type = std::decay_t<decltype(loss)>;
        const target<double> truth{labels.data(), nullptr};
        const double normalizer = loss.normalizer(truth, 12, out);
        std::vector<double> whole(rows.size()), parts(rows.size());
        const double sum = loss.value(rows.data(), truth, whole.data(), 12, out, normalizer);
        double added = 0, counted = 0;
        for (extent from = 0; from < 12; from += together) {
            const target<double> part = nn::from_sample<loss_type>(truth, from, out);
            added += loss.value(rows.data() + from * 7, part, parts.data() + from * 7, together, out, normalizer);
            counted += loss.normalizer(part, together, out);
        }
        CHECK(added == sum);
        CHECK(counted == normalizer);
        CHECK(parts == whole);
    };
    check(nn::cosine_embedding{}, 2);
    check(nn::triplet_margin{}, 3);

    const auto cut = [&](const auto& loss, extent complete) {
        std::vector<double> gradient(11 * 7, 9.0), expected(rows.size());
        const target<double> truth{labels.data(), nullptr};
        CHECK(nn::mean_loss(loss, rows.data(), truth, gradient.data(), 11, out) ==
              nn::mean_loss(loss, rows.data(), truth, expected.data(), complete, out));
        for (std::size_t i = 0; i < 11 * 7; ++i)
            CHECK(gradient[i] == (static_cast<extent>(i) < complete * 7 ? expected[i] : 0.0));
    };
    cut(nn::cosine_embedding{}, 10);
    cut(nn::triplet_margin{}, 9);
    cut(nn::nt_xent{}, 10);
}

TEST_CASE("losses over embeddings say what is wrong with their batch and settings") {
    const std::vector<std::int32_t> labels(12, 1);
    const target<float> none{}, truth{labels.data(), nullptr};
    const ctnn::dims out = nn::make_dims(7);
    CHECK(nn::cosine_embedding{}.check(truth, 3, out).message() ==
          "cosine_embedding: 3 samples are no whole groups of 2");
    CHECK(nn::cosine_embedding{}.check(none, 4, out).message() ==
          "cosine_embedding: the target has no labels; values are not read");
    CHECK(nn::cosine_embedding{.margin = 2}.check(truth, 4, out).message() ==
          "cosine_embedding: margin is 2, expected a number from -1 to 1");
    CHECK(nn::triplet_margin{}.check(none, 4, out).message() == "triplet_margin: 4 samples are no whole groups of 3");
    CHECK(nn::triplet_margin{.margin = 0}.check(none, 3, out).message() ==
          "triplet_margin: margin is 0, expected a finite number above 0");
    CHECK(nn::nt_xent{}.check(none, 5, out).message() == "nt_xent: 5 samples are no whole groups of 2");
    CHECK(nn::nt_xent{.temperature = -1}.check(none, 4, out).message() ==
          "nt_xent: temperature is -1, expected a finite number above 0");
}

TEST_CASE("fit keeps pairs together, learns from them, and refuses batches that would part them") {
    using net = nn::network<nn::shape<3>, nn::dense<4>>;
    const auto data = pairs(26);
    nn::model<net> m{nn::seed{2}};
    const nn::cosine_embedding loss{};
    const double before = nn::evaluate(m, data, loss, 1).loss;
    CHECK(before == doctest::Approx(nn::evaluate(m, data, loss, 7).loss).epsilon(1e-6));
    const auto history =
        nn::fit(m, data, loss, nn::adam{.rate = 0.05}, {.epochs = 60, .batch = 8, .validation = &data});
    REQUIRE(history);
    CHECK(history->epochs.back().validation_loss < 0.7 * before);
    CHECK(history->epochs.back().validation_accuracy == -1);  // an embedding chooses no class
    REQUIRE(data.seen.size() == 60 * 26);
    bool whole = true, moved = false;
    for (std::size_t i = 0; i < data.seen.size(); i += 2) {
        whole = whole && data.seen[i] % 2 == 0 && data.seen[i + 1] == data.seen[i] + 1;
        moved = moved || data.seen[i] != static_cast<extent>(i % 26);
    }
    CHECK(whole);
    CHECK(moved);
    std::vector<extent> first(data.seen.begin(), data.seen.begin() + 26);
    std::sort(first.begin(), first.end());
    for (std::size_t i = 0; i < 26; ++i) CHECK(first[i] == static_cast<extent>(i));

    const auto parted = nn::fit(m, data, loss, nn::adam{}, {.batch = 7});
    REQUIRE_FALSE(parted);
    CHECK(parted.error().message() ==
          "fit: the loss reads 2 samples together, and a batch of 7 is no multiple of that");
}
