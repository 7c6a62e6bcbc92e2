// SPDX-License-Identifier: MIT
/// \file
/// Metrics and the classification report against scikit-learn.
#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "ctnn/report/classification_report.hpp"
#include "ctnn/train/metric/accuracy.hpp"
#include "ctnn/train/metric/average.hpp"
#include "ctnn/train/metric/confusion_matrix.hpp"
#include "ctnn/train/metric/f1_score.hpp"
#include "ctnn/train/metric/precision.hpp"
#include "ctnn/train/metric/recall.hpp"
#include "ctnn/train/metric/roc_auc.hpp"
#include "ctnn/train/metric/running_mean.hpp"
#include "ctnn/train/metric/specificity.hpp"
#include "golden.hpp"

namespace {

using ctnn::average;
using ctnn::extent;

ctnn::confusion_matrix matrix_of(const std::string& name, extent classes) {
    ctnn::confusion_matrix matrix(classes);
    const auto truth = golden::array<std::int32_t>("metric/" + name + ".truth");
    const auto predicted = golden::array<std::int32_t>("metric/" + name + ".predicted");
    for (std::size_t i = 0; i < truth.size(); ++i) matrix.add(truth[i], predicted[i]);
    CHECK(matrix.total() == static_cast<std::int64_t>(truth.size()));
    return matrix;
}

/// Both the scores and the report against scikit-learn's.
void compare_with_sklearn(const std::string& name, const std::vector<std::string>& names, int digits) {
    INFO(name);
    const extent classes = std::ssize(names);
    const ctnn::confusion_matrix matrix = matrix_of(name, classes);
    const auto expected = golden::array<double>("metric/" + name + ".scores");
    REQUIRE(std::ssize(expected) == 4 * (3 + classes));
    std::size_t i = 0;
    const auto next_is = [&](double value) { CHECK(value == doctest::Approx(expected[i++]).epsilon(1e-14)); };
    constexpr average averages[] = {average::macro, average::weighted, average::micro};
    for (const average how : averages) next_is(ctnn::precision(matrix, how));
    for (extent c = 0; c < classes; ++c) next_is(ctnn::precision(matrix, c));
    for (const average how : averages) next_is(ctnn::recall(matrix, how));
    for (extent c = 0; c < classes; ++c) next_is(ctnn::recall(matrix, c));
    for (const average how : averages) next_is(ctnn::specificity(matrix, how));
    for (extent c = 0; c < classes; ++c) next_is(ctnn::specificity(matrix, c));
    for (const average how : averages) next_is(ctnn::f1_score(matrix, how));
    for (extent c = 0; c < classes; ++c) next_is(ctnn::f1_score(matrix, c));
    CHECK(ctnn::classification_report(matrix, names, digits) == golden::bytes("metric/" + name + ".txt"));
}

double area_of(const std::string& name, extent columns) {
    const auto labels = golden::array<std::int32_t>("metric/" + name + ".labels");
    const auto scores = golden::array<double>("metric/" + name + ".scores");
    REQUIRE(std::ssize(scores) == std::ssize(labels) * columns);
    return ctnn::roc_auc(scores.data(), columns, labels.data(), std::ssize(labels));
}

}  // namespace

TEST_CASE("scores and report of a confusion matrix are those of scikit-learn") {
    compare_with_sklearn("binary", {"NORMAL", "PNEUMONIA"}, 2);
    compare_with_sklearn("many", {"0", "1", "2", "3", "4", "5", "6"}, 4);
    compare_with_sklearn("long", {"eosinophil", "an extraordinarily long class name", "lymphocyte", "größer"}, 2);
    compare_with_sklearn("missing", {"a", "b", "c", "d", "e"}, 3);
    compare_with_sklearn("digits", {"a", "b", "c"}, 15);
}

TEST_CASE("the report calls classes without a name by their index") {
    const ctnn::confusion_matrix matrix = matrix_of("many", 7);
    CHECK(ctnn::classification_report(matrix, {}, 4) == golden::bytes("metric/many.txt"));
}

TEST_CASE("scores of an empty confusion matrix are zero") {
    for (const extent classes : {extent{0}, extent{3}}) {
        const ctnn::confusion_matrix matrix(classes);
        CHECK(ctnn::accuracy(matrix) == 0);
        for (const average how : {average::macro, average::weighted, average::micro}) {
            CHECK(ctnn::precision(matrix, how) == 0);
            CHECK(ctnn::recall(matrix, how) == 0);
            CHECK(ctnn::specificity(matrix, how) == 0);
            CHECK(ctnn::f1_score(matrix, how) == 0);
        }
        CHECK(ctnn::classification_report(matrix).find("accuracy                           0.00         0") !=
              std::string::npos);
    }
}

TEST_CASE("a confusion matrix reads scores and leaves out ignored labels") {
    const std::vector<float> scores{0.1f, 0.7f, 0.2f, 0.4f, 0.4f, 0.2f, 0.f, 0.f, 1.f, 1.f, 0.f, 0.f};
    const std::vector<std::int32_t> labels{1, 1, -1, 3};
    ctnn::confusion_matrix matrix(3);
    matrix.add(scores.data(), 3, labels.data(), 4);
    CHECK(matrix(1, 1) == 1);
    CHECK(matrix(1, 0) == 1);  // a tie goes to the first
    CHECK(matrix.total() == 2);
    CHECK(matrix.correct() == 1);
    CHECK(matrix.skipped() == 2);
    CHECK(matrix.support(1) == 2);
    CHECK(matrix.predictions(0) == 1);
    CHECK(ctnn::accuracy(matrix) == 0.5);
}

TEST_CASE("a single score is compared with the threshold") {
    const std::vector<double> scores{0.5, 0.51, 0.2, 0.9};
    const std::vector<std::int32_t> labels{0, 1, 1, 1};
    ctnn::confusion_matrix half(ctnn::class_count(1)), low(ctnn::class_count(1));
    half.add(scores.data(), 1, labels.data(), 4);
    low.add(scores.data(), 1, labels.data(), 4, 0.1);
    CHECK(half(0, 0) == 1);
    CHECK(half(1, 1) == 2);
    CHECK(half(1, 0) == 1);
    CHECK(low(1, 1) == 3);
    CHECK(low(0, 1) == 1);
}

TEST_CASE("the area under the ROC curve is that of scikit-learn") {
    const auto compare = [](const std::string& name, extent columns) {
        INFO(name);
        const double expected = golden::array<double>("metric/" + name + ".area")[0];
        CHECK(area_of(name, columns) == doctest::Approx(expected).epsilon(1e-13));
    };
    compare("auc_binary", 1);
    compare("auc_ties", 1);
    compare("auc_two", 2);
    compare("auc_many", 5);
    compare("auc_many_ties", 4);
}

TEST_CASE("the area under the ROC curve counts ties one half and ignores negative labels") {
    const std::vector<float> scores{0.5f, 0.5f, 0.1f, 0.9f, 0.5f};
    const std::vector<std::int32_t> labels{0, 1, 0, 1, -1};
    CHECK(ctnn::roc_auc(scores.data(), 1, labels.data(), 5) == 3.5 / 4);
    const std::vector<float> equal(4, 0.3f);
    CHECK(ctnn::roc_auc(equal.data(), 1, labels.data(), 4) == 0.5);
    const std::vector<float> inverted{0.9f, 0.2f, 0.8f, 0.1f};
    CHECK(ctnn::roc_auc(inverted.data(), 1, labels.data(), 4) == 0);
}

TEST_CASE("the area under the ROC curve is not a number where nothing can be ranked") {
    const float not_a_number = std::numeric_limits<float>::quiet_NaN();
    const std::vector<float> scores{0.5f, not_a_number, 0.1f}, fine{0.5f, 0.7f, 0.1f};
    const std::vector<std::int32_t> labels{0, 1, 0}, ones{1, 1, 1};
    CHECK(std::isnan(ctnn::roc_auc(scores.data(), 1, labels.data(), 3)));
    CHECK(std::isnan(ctnn::roc_auc(fine.data(), 1, ones.data(), 3)));
    CHECK(std::isnan(ctnn::roc_auc(fine.data(), 1, labels.data(), 0)));
    CHECK(std::isnan(ctnn::roc_auc(fine.data(), 3, labels.data(), 1)));
    const std::vector<float> rows{0.2f, 0.8f, 0.f, 0.9f, 0.1f, 0.f, 0.4f, 0.6f, 0.f};
    const std::vector<std::int32_t> two_of_three{1, 0, 0};
    CHECK(ctnn::roc_auc(rows.data(), 3, two_of_three.data(), 3) == 1);  // class 2 has no sample
}

TEST_CASE("a running mean weighs its values") {
    ctnn::running_mean mean;
    CHECK(mean.value() == 0);
    mean.add(2, 3);
    mean.add(6);
    CHECK(mean.value() == 3);
    mean.add_sum(9, 3);
    CHECK(mean.value() == 3);
}
