// SPDX-License-Identifier: MIT
/// \file
/// Losses for outliers, rare classes, margins, grades and given probabilities: each against PyTorch, finite
/// differences, slices, huge outputs, and what it refuses.
#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "ctnn/train/loss/balanced_positive_weights.hpp"
#include "ctnn/train/loss/binary_cross_entropy.hpp"
#include "ctnn/train/loss/binary_cross_entropy_with_logits.hpp"
#include "ctnn/train/loss/binary_focal_cross_entropy.hpp"
#include "ctnn/train/loss/cross_entropy.hpp"
#include "ctnn/train/loss/cross_entropy_with_logits.hpp"
#include "ctnn/train/loss/focal_cross_entropy.hpp"
#include "ctnn/train/loss/hinge.hpp"
#include "ctnn/train/loss/huber.hpp"
#include "ctnn/train/loss/kl_divergence.hpp"
#include "ctnn/train/loss/mean_absolute_error.hpp"
#include "ctnn/train/loss/multi_margin.hpp"
#include "ctnn/train/loss/negative_log_likelihood.hpp"
#include "ctnn/train/loss/ordinal_cross_entropy.hpp"
#include "ctnn/train/loss/smooth_l1.hpp"
#include "loss_checks.hpp"

namespace loss_kinds {

using ctnn::error_kind;
using ctnn::extent;
using ctnn::make_dims;
using ctnn::target;

const std::vector<double> weights{0.5, 2.0, 1.0, 0.0, 3.25, 0.75, 1.5};

/// What a loss is compared with: class indices, answers of 0 and 1, grades, numbers or probabilities.
enum class truth_kind { labels, yes, grades, values, shares };
constexpr const char* names_of_truth[]{"labels", "yes", "grades", "values", "shares"};

/// Calls check(loss, name of its golden case, kind of truth) for every loss and its settings.
template <class Check>
void for_every_loss(const Check& check) {
    using enum truth_kind;
    check(ctnn::mean_absolute_error{}, "mean_absolute_error", values);
    check(ctnn::huber{}, "huber", values);
    check(ctnn::huber{.delta = 2.5}, "huber_wide", values);
    check(ctnn::smooth_l1{}, "smooth_l1", values);
    check(ctnn::smooth_l1{.beta = 0.25}, "smooth_l1_narrow", values);
    check(ctnn::smooth_l1{.beta = 0}, "smooth_l1_zero", values);
    check(ctnn::cross_entropy{.label_smoothing = 0.1}, "smoothed", labels);
    check(ctnn::cross_entropy_with_logits{.class_weights = weights, .label_smoothing = 0.3}, "smoothed_weighted",
          labels);
    check(ctnn::cross_entropy{.class_weights = weights, .label_smoothing = 0.2}, "smoothed_shares", shares);
    check(ctnn::focal_cross_entropy{}, "focal", labels);
    check(ctnn::focal_cross_entropy_with_logits{.gamma = 0.5, .class_weights = weights}, "focal_weighted", labels);
    check(ctnn::multi_margin{}, "multi_margin", labels);
    check(ctnn::multi_margin{.margin = 2.5, .squared = true, .class_weights = weights}, "multi_margin_squared", labels);
    check(ctnn::kl_divergence{}, "kl_divergence", shares);
    check(ctnn::kl_divergence_with_logits{.temperature = 3}, "kl_divergence_warm", shares);
    check(ctnn::negative_log_likelihood{}, "negative_log_likelihood", labels);
    check(ctnn::negative_log_likelihood{weights}, "negative_log_likelihood_weighted", labels);
    check(ctnn::hinge{}, "hinge", yes);
    check(ctnn::hinge{.margin = 2.5, .squared = true}, "hinge_squared", yes);
    check(ctnn::binary_cross_entropy{.positive_weights = weights}, "multi_label", yes);
    check(ctnn::binary_cross_entropy_with_logits{.positive_weights = weights}, "multi_label", yes);
    check(ctnn::binary_focal_cross_entropy{}, "binary_focal", yes);
    check(ctnn::binary_focal_cross_entropy_with_logits{.gamma = 1.5, .negative_weight = 0.75, .positive_weight = 0.25},
          "binary_focal_weighted", yes);
    check(ctnn::ordinal_cross_entropy{}, "ordinal", grades);
    check(ctnn::ordinal_cross_entropy_with_logits{weights}, "ordinal_weighted", grades);
}

/// The truth of the golden batch: five samples of shape<3, 7>.
template <class T>
struct golden_truth {
    explicit golden_truth(truth_kind kind) {
        const std::string name = std::string("losses/") + names_of_truth[static_cast<int>(kind)];
        if (kind == truth_kind::values || kind == truth_kind::shares)
            values = golden::cast<T>(golden::array<double>(name));
        else
            labels = golden::array<std::int32_t>(name);
    }
    [[nodiscard]] target<T> get() const {
        return {labels.empty() ? nullptr : labels.data(), values.empty() ? nullptr : values.data()};
    }
    std::vector<std::int32_t> labels;
    std::vector<T> values;
};

}  // namespace loss_kinds

using namespace loss_kinds;

TEST_CASE("every kind of loss agrees with PyTorch, with finite differences, and with its slices") {
    const ctnn::dims out = make_dims(3, 7);
    REQUIRE(golden::array<double>("losses/weights") == weights);
    for_every_loss([&](const auto& loss, const char* name, truth_kind kind) {
        INFO(name);
        const golden_truth<double> exact(kind);
        const golden_truth<float> rounded(kind);
        static_assert(ctnn::loss_function<std::decay_t<decltype(loss)>>);
        loss_checks::compare_with_golden<double>(loss, name, exact.get(), 5, out, 1e-14);
        loss_checks::compare_with_golden<float>(loss, name, rounded.get(), 5, out, 1e-6);
        const auto output = golden::array<double>("losses/output");
        loss_checks::check_gradient(loss, output, exact.get(), 5, out);
        loss_checks::check_slices(loss, output, exact.get(), 5, out);
        loss_checks::check_slices(loss, golden::cast<float>(output), rounded.get(), 5, out);
    });
}

TEST_CASE_TEMPLATE("every kind of loss stays finite at outputs of 10000 and more", T, float, double) {
    const ctnn::dims out = make_dims(3, 7);
    std::vector<T> output;
    for (int i = 0; i < 5 * 21; ++i) output.push_back(static_cast<T>(i % 3 == 0 ? -1e4 : i % 5 == 0 ? 1e30 : 1e4));
    for_every_loss([&](const auto& loss, const char* name, truth_kind kind) {
        INFO(name);
        const golden_truth<T> truth(kind);
        std::vector<T> gradient(output.size(), std::numeric_limits<T>::quiet_NaN());
        const double value = ctnn::mean_loss(loss, output.data(), truth.get(), gradient.data(), 5, out);
        CHECK(std::isfinite(value));
        if (std::string(name).find("squared") != std::string::npos) return;  // its slope is as large as the output
        for (const T slope : gradient) CHECK(std::abs(static_cast<double>(slope)) < 4);
    });
}

TEST_CASE("focal loss is exact where a probability rounds to 0 or 1, and cross entropy without focus") {
    const ctnn::dims out = make_dims(3);
    const std::vector<double> output{1e4, -1e4, 0, 60, 0, -60};
    const std::vector<std::int32_t> labels{1, 0};
    std::vector<double> gradient(6);
    // Sample 0 is wrong by 20000 and counts in full; of sample 1, e^-60 is missing, and (e^-60)^1.5 is left.
    const target<double> truth{labels.data(), nullptr};
    CHECK(ctnn::mean_loss(ctnn::focal_cross_entropy{.gamma = 0.5}, output.data(), truth, gradient.data(), 2, out) ==
          doctest::Approx(1e4).epsilon(1e-15));
    CHECK(gradient[0] == 0.5);
    CHECK(gradient[1] == -0.5);
    CHECK(gradient[3] == doctest::Approx(-0.75 * std::exp(-90.0)).epsilon(1e-12));
    CHECK(gradient[4] == doctest::Approx(0.75 * std::exp(-90.0)).epsilon(1e-12));

    const auto logits = golden::array<double>("losses/output");
    const golden_truth<double> classes(truth_kind::labels), yes(truth_kind::yes);
    const auto mean = [&](const auto& loss, const auto& expected) {
        return ctnn::mean_loss(loss, logits.data(), expected.get(), static_cast<double*>(nullptr), 5, make_dims(3, 7));
    };
    CHECK(mean(ctnn::focal_cross_entropy{.gamma = 0}, classes) ==
          doctest::Approx(mean(ctnn::cross_entropy{}, classes)).epsilon(1e-14));
    CHECK(mean(ctnn::binary_focal_cross_entropy{.gamma = 0, .positive_weight = 3}, yes) ==
          doctest::Approx(mean(ctnn::binary_cross_entropy{.positive_weight = 3}, yes)).epsilon(1e-14));
}

TEST_CASE("every loss that reads labels ignores negative ones") {
    const ctnn::dims out = make_dims(3, 7);
    const auto output = golden::array<double>("losses/output");
    for_every_loss([&](const auto& loss, const char* name, truth_kind kind) {
        if (kind == truth_kind::values || kind == truth_kind::shares) return;
        INFO(name);
        const std::vector<std::int32_t> ignored(5 * 21, -1);
        std::vector<double> gradient(output.size(), 9.0);
        CHECK(ctnn::mean_loss(loss, output.data(), {ignored.data(), nullptr}, gradient.data(), 5, out) == 0);
        CHECK(gradient == std::vector<double>(output.size(), 0.0));
    });
}

TEST_CASE("every kind of loss says what is wrong with its target and its settings") {
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
    says(ctnn::mean_absolute_error{}, "mean_absolute_error: the target has no values; labels are not read", by_label,
         out);
    says(ctnn::huber{.delta = 0}, "huber: delta is 0, expected a finite number above 0", by_value, out);
    says(ctnn::smooth_l1{.beta = -1}, "smooth_l1: beta is -1, expected a finite number of at least 0", by_value, out);
    says(ctnn::cross_entropy{.label_smoothing = 1.5},
         "cross_entropy: label_smoothing is 1.5, expected a number from 0 to 1", by_label, out);
    says(ctnn::focal_cross_entropy{}, "focal_cross_entropy: the target has no labels; values are not read", by_value,
         out);
    says(ctnn::focal_cross_entropy{.gamma = -1},
         "focal_cross_entropy: gamma is -1, expected a finite number of at least 0", by_label, out);
    says(ctnn::focal_cross_entropy{},
         "focal_cross_entropy: one channel leaves no choice; give one channel a class, or use "
         "binary_focal_cross_entropy",
         by_label, make_dims(1));
    says(ctnn::multi_margin{},
         "multi_margin: sample 1, element 1: label 4, expected 0 to 2, or a negative one to ignore it", by_label, out);
    says(ctnn::hinge{}, "hinge: sample 0, element 2: label 2, expected 0 to 1, or a negative one to ignore it",
         by_label, out);
    says(ctnn::hinge{.margin = 0}, "hinge: margin is 0, expected a finite number above 0", by_label, out);
    says(ctnn::kl_divergence{}, "kl_divergence: sample 1, element 1: value -0.5, expected at least 0", by_value, out);
    says(ctnn::kl_divergence{.temperature = 0}, "kl_divergence: temperature is 0, expected a finite number above 0",
         by_value, out);
    says(ctnn::ordinal_cross_entropy{},
         "ordinal_cross_entropy: sample 1, element 1: label 4, expected 0 to 3, or a negative one to ignore it",
         by_label, out);
    says(ctnn::ordinal_cross_entropy{weights}, "ordinal_cross_entropy: 7 step weights, expected 3", by_label, out);
    says(ctnn::binary_cross_entropy{.positive_weights = weights},
         "binary_cross_entropy: 7 positive weights, expected 3", by_label, out);
    says(ctnn::negative_log_likelihood{weights}, "negative_log_likelihood: 7 class weights, expected 3", by_label, out);
}

TEST_CASE("balanced positive weights are negatives over positives, channel by channel") {
    const std::vector<std::int32_t> labels{0, 1, 1, 0, 1, 1, 0, 1, -1, 1, 1, 0};
    CHECK(ctnn::balanced_positive_weights(labels.data(), 4, 3) == std::vector<double>{3, 1, 0.5});
}

TEST_CASE("a row of answers adds up to a grade") {
    const std::vector<float> answers{0.9f, 0.6f, 0.2f};
    CHECK(ctnn::predicted_grade(answers.data(), 3) == 2);
    CHECK(ctnn::predicted_grade(answers.data(), 3, 0.7) == 1);
    CHECK(ctnn::predicted_grade(answers.data(), 0) == 0);
}
