// SPDX-License-Identifier: MIT
/// \file
/// Losses over regions: each against PyTorch, finite differences, slices, huge outputs, and what it refuses.
#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "ctnn/train/loss/cross_entropy.hpp"
#include "ctnn/train/loss/dice.hpp"
#include "ctnn/train/loss/dice_cross_entropy.hpp"
#include "ctnn/train/loss/generalized_dice.hpp"
#include "ctnn/train/loss/tversky.hpp"
#include "ctnn/train/loss/weighted_cross_entropy.hpp"
#include "loss_checks.hpp"

namespace segmentation_losses {

using ctnn::error_kind;
using ctnn::extent;
using ctnn::make_dims;
using ctnn::target;

const std::vector<double> weights{0.5, 2.0, 1.0, 0.0, 3.25, 0.75, 1.5};

/// Calls check(loss, name of its golden case, name of its labels).
template <class Check>
void for_every_loss(const Check& check) {
    check(ctnn::dice{}, "dice", "labels");
    check(ctnn::dice_with_logits{.smooth = 1e-3, .squared = true, .background = true}, "dice_squared", "labels");
    check(ctnn::binary_dice{.smooth = 0.5}, "binary_dice", "yes");
    check(ctnn::generalized_dice{}, "generalized_dice", "labels");
    check(ctnn::generalized_dice{.smooth = 0.25, .squared = true, .background = true}, "generalized_dice_squared",
          "labels");
    check(ctnn::binary_generalized_dice_with_logits{}, "binary_generalized_dice", "yes");
    check(ctnn::tversky{}, "tversky", "labels");
    check(
        ctnn::tversky{
            .false_positives = 0.2, .false_negatives = 1.5, .gamma = 4.0 / 3, .smooth = 0.5, .background = true},
        "tversky_focal", "labels");
    check(ctnn::binary_tversky{.gamma = 2}, "binary_tversky_focal", "yes");
    check(ctnn::dice_cross_entropy{}, "dice_cross_entropy", "labels");
    check(
        ctnn::dice_cross_entropy{
            .dice_weight = 2, .cross_entropy_weight = 0.5, .class_weights = weights, .smooth = 2, .squared = true},
        "dice_cross_entropy_weighted", "labels");
    check(ctnn::binary_dice_cross_entropy{.dice_weight = 0.75, .cross_entropy_weight = 1.5},
          "binary_dice_cross_entropy", "yes");
    check(ctnn::weighted_cross_entropy{}, "weighted_cross_entropy", "labels");
    check(ctnn::weighted_binary_cross_entropy_with_logits{}, "weighted_binary_cross_entropy", "yes");
}

/// The truth of the golden batch, five samples of shape<3, 7>; the values are weights.
template <class T>
struct golden_truth {
    explicit golden_truth(const std::string& name)
        : labels(golden::array<std::int32_t>("losses/" + name)),
          values(golden::cast<T>(golden::array<double>("losses/values"))) {
        for (T& value : values) value = std::abs(value);
    }
    [[nodiscard]] target<T> get() const { return {labels.data(), values.data()}; }
    std::vector<std::int32_t> labels;
    std::vector<T> values;
};

}  // namespace segmentation_losses

using namespace segmentation_losses;

TEST_CASE("every loss over regions agrees with PyTorch, with finite differences, and with its slices") {
    const ctnn::dims out = make_dims(3, 7);
    const auto output = golden::array<double>("losses/output");
    for_every_loss([&](const auto& loss, const char* name, const char* labels) {
        INFO(name);
        const golden_truth<double> exact(labels);
        const golden_truth<float> rounded(labels);
        static_assert(ctnn::loss_function<std::decay_t<decltype(loss)>>);
        loss_checks::compare_with_golden<double>(loss, name, exact.get(), 5, out, 1e-14);
        loss_checks::compare_with_golden<float>(loss, name, rounded.get(), 5, out, 1e-6);
        loss_checks::check_gradient(loss, output, exact.get(), 5, out);
        loss_checks::check_slices(loss, output, exact.get(), 5, out);
        loss_checks::check_slices(loss, golden::cast<float>(output), rounded.get(), 5, out);
    });
}

TEST_CASE_TEMPLATE("every loss over regions stays finite at outputs of 10000 and more", T, float, double) {
    const ctnn::dims out = make_dims(3, 7);
    std::vector<T> output;
    for (int i = 0; i < 5 * 21; ++i) output.push_back(static_cast<T>(i % 3 == 0 ? -1e4 : i % 5 == 0 ? 1e30 : 1e4));
    for_every_loss([&](const auto& loss, const char* name, const char* labels) {
        INFO(name);
        const golden_truth<T> truth(labels);
        std::vector<T> gradient(output.size(), std::numeric_limits<T>::quiet_NaN());
        CHECK(std::isfinite(ctnn::mean_loss(loss, output.data(), truth.get(), gradient.data(), 5, out)));
        for (const T slope : gradient) CHECK(std::abs(static_cast<double>(slope)) < 4);
    });
}

TEST_CASE("every loss over regions ignores negative labels, and samples that have no other") {
    const ctnn::dims out = make_dims(3, 7);
    const auto output = golden::array<double>("losses/output");
    for_every_loss([&](const auto& loss, const char* name, const char* labels) {
        INFO(name);
        golden_truth<double> truth(labels);
        const extent each = loss.labels_per_sample(out);
        std::fill(truth.labels.begin() + each, truth.labels.end(), -1);
        std::vector<double> gradient(output.size(), 9.0), alone(21);
        const double first = ctnn::mean_loss(loss, output.data(), truth.get(), alone.data(), 1, out);
        CHECK(ctnn::mean_loss(loss, output.data(), truth.get(), gradient.data(), 5, out) == first);
        CHECK(std::equal(alone.begin(), alone.end(), gradient.begin()));
        CHECK(std::count(gradient.begin() + 21, gradient.end(), 0.0) == 84);
        std::fill(truth.labels.begin(), truth.labels.end(), -1);
        CHECK(ctnn::mean_loss(loss, output.data(), truth.get(), gradient.data(), 5, out) == 0);
        CHECK(gradient == std::vector<double>(output.size(), 0.0));
    });
}

TEST_CASE("dice of a region by hand, of an absent one, and of the background") {
    // Two positions with probabilities of 1/2 for each of two channels; one belongs to the structure.
    const std::vector<double> output(4, 0.0);
    const std::vector<std::int32_t> labels{1, 0}, absent{0, 0};
    const auto mean = [&](const auto& loss, const std::vector<std::int32_t>& truth) {
        return ctnn::mean_loss(loss, output.data(), {truth.data(), nullptr}, static_cast<double*>(nullptr), 1,
                               make_dims(2, 2));
    };
    CHECK(mean(ctnn::dice{}, labels) == doctest::Approx(1 - 2.0 / 3).epsilon(1e-15));  // (2 / 2 + 1) / (1 + 1 + 1)
    CHECK(mean(ctnn::dice{.squared = true}, labels) == doctest::Approx(1 - 2.0 / 2.5).epsilon(1e-15));
    CHECK(mean(ctnn::dice{}, absent) == doctest::Approx(0.5).epsilon(1e-15));  // 1 / (1 + 1)
    CHECK(mean(ctnn::dice{.background = true}, absent) == doctest::Approx((0.5 + 1 - 3.0 / 4) / 2).epsilon(1e-15));
    CHECK(mean(ctnn::dice{}, labels) ==
          doctest::Approx(mean(ctnn::tversky{.false_positives = 0.5, .false_negatives = 0.5, .smooth = 0.5}, labels)));

    // A perfect answer has no loss, and no slope that is infinite.
    const std::vector<double> sure{-1e4, 1e4, 1e4, -1e4};
    std::vector<double> gradient(4, 9.0);
    CHECK(ctnn::mean_loss(ctnn::tversky{.gamma = 4.0 / 3}, sure.data(), {labels.data(), nullptr}, gradient.data(), 1,
                          make_dims(2, 2)) == 0);
    CHECK(gradient == std::vector<double>(4, 0.0));
}

TEST_CASE("cross entropy with weights of 1 is cross entropy") {
    const golden_truth<double> truth("labels");
    const auto output = golden::array<double>("losses/output");
    const std::vector<double> ones(output.size(), 1.0);
    const auto mean = [&](const auto& loss, target<double> expected) {
        return ctnn::mean_loss(loss, output.data(), expected, static_cast<double*>(nullptr), 5, make_dims(3, 7));
    };
    CHECK(mean(ctnn::weighted_cross_entropy{}, {truth.labels.data(), ones.data()}) ==
          doctest::Approx(mean(ctnn::cross_entropy{}, {truth.labels.data(), nullptr})).epsilon(1e-14));
}

TEST_CASE("every loss over regions says what is wrong with its target and its settings") {
    const ctnn::dims out = make_dims(2, 3);
    const std::vector<std::int32_t> labels{0, 1, 2, 4, 0, 0, 0, 1, 2, 0, 1, 0};
    std::vector<double> values(12, 0.5);
    values[7] = -0.5;
    const auto says = [&](const auto& loss, const char* text, target<double> truth, ctnn::dims shape) {
        const ctnn::error failed = loss.check(truth, 2, shape);
        CHECK(failed.kind() == error_kind::invalid_argument);
        CHECK(failed.message() == text);
    };
    const target<double> by_label{labels.data(), nullptr}, by_value{nullptr, values.data()};
    says(ctnn::dice{}, "dice: the target has no labels; values are not read", by_value, out);
    says(ctnn::dice{}, "dice: one channel leaves no choice; give one channel a class, or use binary_dice", by_label,
         make_dims(2, 1));
    says(ctnn::dice{.smooth = 0}, "dice: smooth is 0, expected a finite number above 0", by_label, out);
    says(ctnn::generalized_dice{},
         "generalized_dice: sample 1, element 1: label 4, expected 0 to 2, or a negative one to ignore it", by_label,
         out);
    says(ctnn::binary_dice{}, "dice: sample 0, element 2: label 2, expected 0 to 1, or a negative one to ignore it",
         by_label, out);
    says(ctnn::tversky{.gamma = -1}, "tversky: gamma is -1, expected a finite number above 0", by_label, out);
    says(ctnn::tversky{.false_negatives = -1}, "tversky: false_negatives is -1, expected a finite number of at least 0",
         by_label, out);
    says(ctnn::dice_cross_entropy{.cross_entropy_weight = -1},
         "dice_cross_entropy: cross_entropy_weight is -1, expected a finite number of at least 0", by_label, out);
    says(ctnn::dice_cross_entropy{.class_weights = weights}, "dice_cross_entropy: 7 class weights, expected 3",
         by_label, out);
    says(ctnn::weighted_cross_entropy{},
         "weighted_cross_entropy: the target has no values; they are the weights of the labels", by_label, out);
    says(ctnn::weighted_cross_entropy{}, "weighted_cross_entropy: sample 1, element 1: value -0.5, expected at least 0",
         {labels.data(), values.data()}, out);
}
