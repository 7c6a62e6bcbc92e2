// SPDX-License-Identifier: MIT
/// \file
/// Losses against PyTorch, finite differences, slices, and targets that make no sense.
#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "ctnn/train/loss/balanced_class_weights.hpp"
#include "ctnn/train/loss/binary_cross_entropy.hpp"
#include "ctnn/train/loss/binary_cross_entropy_with_logits.hpp"
#include "ctnn/train/loss/cross_entropy.hpp"
#include "ctnn/train/loss/cross_entropy_with_logits.hpp"
#include "ctnn/train/loss/mean_squared_error.hpp"
#include "golden.hpp"
#include "loss_checks.hpp"

namespace {

using ctnn::dims;
using ctnn::error_kind;
using ctnn::extent;
using ctnn::make_dims;
using ctnn::target;
using loss_checks::check_gradient;
using loss_checks::check_slices;
using loss_checks::labels_between;
using loss_checks::uniform;

static_assert(ctnn::loss_function<ctnn::mean_squared_error>);
static_assert(ctnn::loss_function<ctnn::binary_cross_entropy>);
static_assert(ctnn::loss_function<ctnn::binary_cross_entropy_with_logits>);
static_assert(ctnn::loss_function<ctnn::cross_entropy>);
static_assert(ctnn::loss_function<ctnn::cross_entropy_with_logits>);
static_assert(ctnn::skips_head(ctnn::cross_entropy::head) && ctnn::skips_head(ctnn::binary_cross_entropy::head));
static_assert(!ctnn::skips_head(ctnn::cross_entropy_with_logits::head) &&
              !ctnn::skips_head(ctnn::mean_squared_error::head));
static_assert(!ctnn::loss_function<int>);

/// Value and gradient of golden case `name` in the scalar T; six samples of shape<2, 2, 5>.
template <class T, class Loss>
void compare_with_pytorch(const Loss& loss, const std::string& name, bool has_labels, double tolerance) {
    INFO(name);
    const dims out = make_dims(2, 2, 5);
    const extent samples = 6;
    const auto output = golden::cast<T>(golden::array<double>("loss/" + name + ".output"));
    const auto wanted = golden::array<double>("loss/" + name + ".gradient");
    REQUIRE(output.size() == static_cast<std::size_t>(samples * out.size()));
    std::vector<std::int32_t> labels;
    std::vector<T> values;
    if (has_labels)
        labels = golden::array<std::int32_t>("loss/" + name + ".labels");
    else
        values = golden::cast<T>(golden::array<double>("loss/" + name + ".values"));
    const target<T> truth{has_labels ? labels.data() : nullptr, has_labels ? nullptr : values.data()};

    CHECK_FALSE(loss.check(truth, samples, out));
    std::vector<T> gradient(output.size(), T{99});
    const double value = ctnn::mean_loss(loss, output.data(), truth, gradient.data(), samples, out);
    CHECK(std::abs(value - golden::array<double>("loss/" + name + ".value")[0]) < tolerance);
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        CHECK(std::abs(static_cast<double>(gradient[i]) - wanted[i]) < tolerance);
    }
    CHECK(ctnn::mean_loss(loss, output.data(), truth, static_cast<T*>(nullptr), samples, out) == value);

    std::vector<T> in_place = output;
    CHECK(ctnn::mean_loss(loss, in_place.data(), truth, in_place.data(), samples, out) == value);
    CHECK(in_place == gradient);
}

template <class Loss>
void compare_with_pytorch(const Loss& loss, const std::string& name, bool has_labels) {
    compare_with_pytorch<double>(loss, name, has_labels, 1e-14);
    compare_with_pytorch<float>(loss, name, has_labels, 2e-6);
}

const std::vector<double> weights{0.5, 2.0, 1.0, 0.0, 3.25};

}  // namespace

TEST_CASE("losses agree with PyTorch in value and gradient") {
    const std::vector<double> class_weights = golden::array<double>("loss/class_weights");
    REQUIRE(class_weights == weights);
    const ctnn::cross_entropy weighted{.class_weights = class_weights};
    compare_with_pytorch(ctnn::cross_entropy{}, "cross_entropy", true);
    compare_with_pytorch(weighted, "cross_entropy_weighted", true);
    compare_with_pytorch(weighted, "cross_entropy_ignored", true);
    compare_with_pytorch(ctnn::cross_entropy{}, "cross_entropy_values", false);
    compare_with_pytorch(weighted, "cross_entropy_values_weighted", false);
    compare_with_pytorch(ctnn::cross_entropy_with_logits{.class_weights = class_weights}, "cross_entropy_ignored",
                         true);

    compare_with_pytorch(ctnn::binary_cross_entropy{}, "binary_cross_entropy", true);
    compare_with_pytorch(ctnn::binary_cross_entropy{.positive_weight = 2.5}, "binary_cross_entropy_positive", true);
    compare_with_pytorch(ctnn::binary_cross_entropy{.negative_weight = 0.75, .positive_weight = 2.5},
                         "binary_cross_entropy_weighted", true);
    compare_with_pytorch(ctnn::binary_cross_entropy{.positive_weight = 2.5}, "binary_cross_entropy_values", false);
    compare_with_pytorch(ctnn::binary_cross_entropy_with_logits{.negative_weight = 0.75, .positive_weight = 2.5},
                         "binary_cross_entropy_weighted", true);

    compare_with_pytorch(ctnn::mean_squared_error{}, "mean_squared_error", false);
}

TEST_CASE("loss gradients agree with finite differences") {
    const extent samples = 4;
    const dims out = make_dims(3, 5);
    const extent size = samples * out.size();
    const auto output = uniform(size, 0, -3, 3);
    const auto probabilities = uniform(size, 1, 0, 1);
    const auto classes = labels_between(samples * out.positions(), 2, -1, 5);
    const auto yes_or_no = labels_between(size, 3, -1, 2);

    check_gradient(ctnn::mean_squared_error{}, output, {nullptr, probabilities.data()}, samples, out);
    check_gradient(ctnn::cross_entropy{}, output, {classes.data(), nullptr}, samples, out);
    check_gradient(ctnn::cross_entropy{.class_weights = weights}, output, {classes.data(), nullptr}, samples, out);
    check_gradient(ctnn::cross_entropy{.class_weights = weights}, output, {nullptr, probabilities.data()}, samples,
                   out);
    check_gradient(ctnn::cross_entropy_with_logits{.class_weights = weights}, output, {classes.data(), nullptr},
                   samples, out);
    check_gradient(ctnn::binary_cross_entropy{}, output, {yes_or_no.data(), nullptr}, samples, out);
    check_gradient(ctnn::binary_cross_entropy{.negative_weight = 0.3, .positive_weight = 4}, output,
                   {yes_or_no.data(), nullptr}, samples, out);
    check_gradient(ctnn::binary_cross_entropy_with_logits{.negative_weight = 0.3, .positive_weight = 4}, output,
                   {nullptr, probabilities.data()}, samples, out);
}

TEST_CASE_TEMPLATE("a batch cut in slices gives the bits of the whole", T, float, double) {
    const extent samples = 7;
    const dims out = make_dims(2, 3, 5);
    const extent size = samples * out.size();
    const auto output = golden::cast<T>(uniform(size, 4, -4, 4));
    const auto values = golden::cast<T>(uniform(size, 5, 0, 1));
    const auto classes = labels_between(samples * out.positions(), 6, -2, 5);
    const auto yes_or_no = labels_between(size, 7, -1, 2);
    const target<T> dense{nullptr, values.data()};

    check_slices(ctnn::mean_squared_error{}, output, dense, samples, out);
    check_slices(ctnn::cross_entropy{.class_weights = weights}, output, {classes.data(), nullptr}, samples, out);
    check_slices(ctnn::cross_entropy{.class_weights = weights}, output, dense, samples, out);
    check_slices(ctnn::binary_cross_entropy{.positive_weight = 3}, output, {yes_or_no.data(), nullptr}, samples, out);
    check_slices(ctnn::binary_cross_entropy{.positive_weight = 3}, output, dense, samples, out);
}

TEST_CASE("the number of threads changes no bit of a loss over many numbers") {
    const extent samples = 69;  // more than are shared out at once
    const dims out = make_dims(16, 64);
    const auto output = golden::cast<float>(uniform(samples * out.size(), 4, -4, 4));
    const auto classes = labels_between(samples * out.positions(), 6, -2, 63);
    const auto compare = [&](const auto& loss, const target<float>& truth) {
        std::vector<float> one(output.size()), several(output.size());
        const double value = ctnn::mean_loss(loss, output.data(), truth, one.data(), samples, out);
        for (const extent threads : {2, 3, 7}) {
            CHECK(ctnn::mean_loss(loss, output.data(), truth, several.data(), samples, out, threads) == value);
            CHECK(several == one);
        }
    };
    compare(ctnn::cross_entropy{}, {classes.data(), nullptr});
    compare(ctnn::mean_squared_error{}, {nullptr, output.data()});
}

TEST_CASE_TEMPLATE("losses of logits as large as 10000 are finite and right", T, float, double) {
    const dims out = make_dims(3);
    const std::vector<T> output{T{1e4}, T{-1e4}, T{0}, T{-1e4}, T{1e4}, T{-1e4}};
    std::vector<T> gradient(output.size());
    const std::vector<std::int32_t> classes{1, 1};
    // Sample 0 is wrong by 20000; sample 1 is right, and its loss is 0.
    CHECK(ctnn::mean_loss(ctnn::cross_entropy{}, output.data(), {classes.data(), nullptr}, gradient.data(), 2, out) ==
          10000);
    CHECK(gradient == std::vector<T>{T{0.5}, T{-0.5}, T{0}, T{0}, T{0}, T{0}});

    const std::vector<std::int32_t> truth{0, 1, 1, 0, 1, 1};
    const double log2 = std::log(2.0);
    CHECK(ctnn::mean_loss(ctnn::binary_cross_entropy{}, output.data(), {truth.data(), nullptr}, gradient.data(), 2,
                          out) == doctest::Approx((3e4 + log2) / 6).epsilon(1e-7));
    const std::vector<double> expected{1, -1, -0.5, 0, 0, -1};
    for (std::size_t i = 0; i < expected.size(); ++i) {
        CHECK(static_cast<double>(gradient[i]) == doctest::Approx(expected[i] / 6).epsilon(1e-6));
    }
}

TEST_CASE("a batch in which every label is ignored has loss zero and gradient zero") {
    const dims out = make_dims(2, 3);
    const std::vector<float> output(12, 1.5f);
    const std::vector<std::int32_t> ignored(12, -1);
    std::vector<float> gradient(12, 9.0f);
    const target<float> truth{ignored.data(), nullptr};
    CHECK(ctnn::mean_loss(ctnn::cross_entropy{}, output.data(), truth, gradient.data(), 2, out) == 0);
    CHECK(gradient == std::vector<float>(12, 0.0f));
    gradient.assign(12, 9.0f);
    CHECK(ctnn::mean_loss(ctnn::binary_cross_entropy{}, output.data(), truth, gradient.data(), 2, out) == 0);
    CHECK(gradient == std::vector<float>(12, 0.0f));
}

TEST_CASE("an unchecked label beyond the classes is left out and nothing is read for it") {
    const dims out = make_dims(3);
    const std::vector<float> output{0, 1, 2, 0, 1, 2};
    const std::vector<std::int32_t> wrong{1, std::numeric_limits<std::int32_t>::max()}, fine{1, -1};
    std::vector<float> gradient(6), expected(6);
    const ctnn::cross_entropy loss{};
    const double value = ctnn::mean_loss(loss, output.data(), {wrong.data(), nullptr}, gradient.data(), 2, out);
    CHECK(value == ctnn::mean_loss(loss, output.data(), {fine.data(), nullptr}, expected.data(), 2, out));
    CHECK(gradient == expected);
}

TEST_CASE("losses refuse targets that make no sense and name the sample") {
    const dims out = make_dims(2, 3);
    const std::vector<std::int32_t> labels{0, 1, 2, 3, 0, 0}, bits{0, 1, 0, 1, 0, 1, 0, 1, 2, 0, 1, 0};
    std::vector<double> values(12, 0.5);
    const target<double> by_label{labels.data(), nullptr}, by_value{nullptr, values.data()},
        both{labels.data(), values.data()};
    const auto refuses = [&](const auto& loss, target<double> truth, error_kind kind, const char* text) {
        const ctnn::error failed = loss.check(truth, 2, out);
        CHECK(failed.kind() == kind);
        CHECK(failed.message() == text);
    };
    constexpr error_kind invalid = error_kind::invalid_argument;
    refuses(ctnn::cross_entropy{}, by_label, invalid,
            "cross_entropy: sample 1, element 1: label 3, expected 0 to 2, or a negative one to ignore it");
    refuses(ctnn::binary_cross_entropy{}, {bits.data(), nullptr}, invalid,
            "binary_cross_entropy: sample 1, element 2: label 2, expected 0 to 1, or a negative one to ignore it");
    refuses(ctnn::cross_entropy{}, both, invalid,
            "cross_entropy: the target has labels and values, expected one of them");
    refuses(ctnn::cross_entropy{}, {}, invalid, "cross_entropy: the target has neither labels nor values");
    refuses(ctnn::mean_squared_error{}, by_label, invalid,
            "mean_squared_error: the target has no values; labels are not read");
    values[7] = 1.25;
    refuses(ctnn::binary_cross_entropy{}, by_value, invalid,
            "binary_cross_entropy: sample 1, element 1: value 1.25, expected 0 to 1");
    values[7] = -0.5;
    refuses(ctnn::cross_entropy{}, by_value, invalid,
            "cross_entropy: sample 1, element 1: value -0.5, expected at least 0");
    values[4] = std::numeric_limits<double>::quiet_NaN();
    refuses(ctnn::mean_squared_error{}, by_value, error_kind::not_finite,
            "mean_squared_error: sample 0, element 4: value nan, expected a finite number");
}

TEST_CASE("losses refuse weights that make no sense") {
    const std::vector<std::int32_t> labels{0, 1};
    const target<float> truth{labels.data(), nullptr};
    const std::vector<double> two{1, 1}, negative{1, -0.5, 1};
    CHECK(ctnn::cross_entropy{.class_weights = two}.check(truth, 2, make_dims(3)).message() ==
          "cross_entropy: 2 class weights, expected 3");
    CHECK(ctnn::cross_entropy{.class_weights = negative}.check(truth, 2, make_dims(3)).message() ==
          "cross_entropy: class weight 1 is -0.5, expected a finite number of at least 0");
    CHECK(ctnn::cross_entropy_with_logits{}.check(truth, 2, make_dims(1)).message() ==
          "cross_entropy: one channel leaves no choice; give one channel a class, or use binary_cross_entropy");
    CHECK(ctnn::binary_cross_entropy{.positive_weight = -1}.check(truth, 2, make_dims(1)).message() ==
          "binary_cross_entropy: positive_weight is -1, expected a finite number of at least 0");
}

TEST_CASE("balanced class weights give every class the same share") {
    const std::vector<std::int32_t> labels{0, 0, 0, 0, 0, 0, 2, 2, -1, 3};
    const auto balanced = ctnn::balanced_class_weights(labels.data(), 10, 3);
    CHECK(balanced == std::vector<double>{8.0 / 18, 0, 8.0 / 6});
    CHECK(balanced[0] * 6 == doctest::Approx(balanced[2] * 2));
    CHECK_FALSE(
        ctnn::cross_entropy{.class_weights = balanced}.check(target<float>{labels.data(), nullptr}, 9, make_dims(3)));
}
