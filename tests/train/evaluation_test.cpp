// SPDX-License-Identifier: MIT
/// \file
/// Curves, thresholds, calibration, agreement, confidence and several labels against scikit-learn, NumPy and SciPy; and
/// what each says where there is no answer.
#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "ctnn/report/group_report.hpp"
#include "ctnn/train/metric/bootstrap.hpp"
#include "ctnn/train/metric/calibration.hpp"
#include "ctnn/train/metric/cohen_kappa.hpp"
#include "ctnn/train/metric/delong.hpp"
#include "ctnn/train/metric/matthews_correlation.hpp"
#include "ctnn/train/metric/multi_label.hpp"
#include "ctnn/train/metric/roc_curve.hpp"
#include "ctnn/train/metric/temperature_scaling.hpp"
#include "ctnn/train/metric/threshold.hpp"
#include "ctnn/train/metric/top_k_accuracy.hpp"
#include "golden.hpp"

namespace evaluations {

namespace nn = ctnn;
using ctnn::average;
using ctnn::extent;

std::vector<double> numbers(const std::string& name) { return golden::array<double>("evaluation/" + name); }
std::vector<std::int32_t> whole(const std::string& name) { return golden::array<std::int32_t>("evaluation/" + name); }

void close(const std::vector<double>& found, const std::vector<double>& expected, double tolerance = 1e-13) {
    REQUIRE(found.size() == expected.size());
    for (std::size_t i = 0; i < found.size(); ++i) {
        INFO(i);
        if (std::isinf(expected[i]))
            CHECK(found[i] == expected[i]);
        else
            CHECK(std::abs(found[i] - expected[i]) <= tolerance * (1 + std::abs(expected[i])));
    }
}

/// x, y, thresholds after each other.
std::vector<double> flat(const nn::curve_points& curve) {
    std::vector<double> all = curve.x;
    all.insert(all.end(), curve.y.begin(), curve.y.end());
    all.insert(all.end(), curve.thresholds.begin(), curve.thresholds.end());
    return all;
}

void compare_curves(const std::string& name) {
    INFO(name);
    const auto labels = whole(name + ".labels");
    const auto scores = numbers(name + ".scores");
    const nn::ranking ranked = nn::rank_scores(scores.data(), labels.data(), std::ssize(labels));
    close(flat(nn::roc_curve(ranked)), numbers(name + ".roc"));
    // scikit-learn ends where all positives are found, or with the lowest score, depending on its release.
    nn::curve_points curve = nn::precision_recall_curve(ranked);
    const auto expected = numbers(name + ".precision_recall");
    const double area = nn::area_under(curve);
    REQUIRE(curve.x.size() >= expected.size() / 3);
    for (auto* part : {&curve.x, &curve.y, &curve.thresholds}) part->resize(expected.size() / 3);
    CHECK(curve.x.back() == 1);
    close(flat(curve), expected);

    const nn::operating_point youden = nn::youden_point(ranked), cheapest = nn::cheapest_point(ranked, 5, 2);
    std::vector<double> found{nn::area_under(nn::roc_curve(ranked)), nn::average_precision(ranked), area};
    for (const double s : {0.5, 0.9, 0.99}) found.push_back(nn::at_specificity(ranked, s).sensitivity());
    for (const double s : {0.5, 0.9, 1.0}) found.push_back(nn::at_sensitivity(ranked, s).specificity());
    for (const nn::operating_point& point : {youden, cheapest}) {
        found.push_back(point.sensitivity());
        found.push_back(point.specificity());
    }
    close(found, numbers(name + ".numbers"));
    CHECK(nn::roc_auc(scores.data(), 1, labels.data(), std::ssize(labels)) == doctest::Approx(found[0]).epsilon(1e-14));
    std::int64_t at_least = 0;  // a point says what its threshold does
    for (std::size_t i = 0; i < scores.size(); ++i) at_least += labels[i] == 1 && scores[i] >= youden.threshold;
    CHECK(at_least == youden.true_positives);
}

}  // namespace evaluations

using namespace evaluations;

TEST_CASE("curves, average precision and thresholds are those of scikit-learn, ties too") {
    compare_curves("smooth");
    compare_curves("ties");
}

TEST_CASE("curves and thresholds say so where a class is missing or a score is no number") {
    const std::vector<double> scores{0.2, 0.8, 0.8, 0.4};
    const double no_number[]{0.2, std::numeric_limits<double>::quiet_NaN(), 0.1, 0.3};
    const std::vector<std::int32_t> zeros(4, 0), ones(4, 1), ignored(4, -1), both{0, 1, 0, 1};
    for (const auto* labels : {&zeros, &ones, &ignored, &both}) {
        const bool undefined = labels == &both;
        const nn::ranking ranked = nn::rank_scores(undefined ? no_number : scores.data(), labels->data(), 4);
        CHECK(ranked.ranked == (labels == &zeros || labels == &ones));
        CHECK(nn::roc_curve(ranked).x.empty());
        CHECK(std::isnan(nn::area_under(nn::roc_curve(ranked))));
        for (const nn::operating_point& point : {nn::youden_point(ranked), nn::cheapest_point(ranked, 1, 1),
                                                 nn::at_specificity(ranked, 0.9), nn::at_sensitivity(ranked, 0.9)}) {
            CHECK(std::isnan(point.threshold));
            CHECK(std::isnan(point.sensitivity()));
            CHECK(std::isnan(point.specificity()));
        }
        if (labels == &ones) {
            CHECK(nn::average_precision(ranked) == 1);
            CHECK(nn::precision_recall_curve(ranked).y == std::vector<double>(4, 1.0));
        } else {
            CHECK(std::isnan(nn::average_precision(ranked)));
            CHECK(nn::precision_recall_curve(ranked).x.empty());
        }
    }
    // The highest score is a negative: no threshold but infinity keeps every negative out.
    const std::vector<std::int32_t> reversed{1, 0, 0, 1};
    const nn::operating_point strict = nn::at_specificity(nn::rank_scores(scores.data(), reversed.data(), 4), 1);
    CHECK(strict.threshold == std::numeric_limits<double>::infinity());
    CHECK(strict.sensitivity() == 0);
    CHECK(strict.specificity() == 1);
    CHECK(std::isnan(strict.precision()));
}

TEST_CASE("DeLong's interval and test agree with all pairs compared") {
    for (const std::string name : {"delong", "delong_ties"}) {
        INFO(name);
        const auto labels = whole(name + ".labels");
        const auto first = numbers(name + ".first"), second = numbers(name + ".second");
        const extent count = std::ssize(labels);
        const nn::interval area = nn::roc_auc_interval(first.data(), labels.data(), count, 0.9);
        const nn::delong_result test = nn::delong_test(first.data(), second.data(), labels.data(), count);
        close({area.estimate, area.low, area.high, test.second, test.difference.estimate, test.difference.low, test.z,
               test.p_value},
              numbers(name + ".numbers"), 1e-12);
        const nn::delong_result same = nn::delong_test(first.data(), first.data(), labels.data(), count);
        CHECK(same.z == 0);
        CHECK(same.p_value == 1);
        CHECK(same.difference.high == 0);
    }
}

TEST_CASE("DeLong's interval and test have no answer with fewer than two of a class, and no width without an error") {
    const std::vector<double> scores{0.1, 0.2, 0.8, 0.9}, tied(4, 0.5);
    const std::vector<std::int32_t> one_positive{0, 0, 0, 1}, one_class{1, 1, 1, 1}, right{0, 0, 1, 1};
    const nn::interval single = nn::roc_auc_interval(scores.data(), one_positive.data(), 4);
    CHECK(single.estimate == 1);
    CHECK(std::isnan(single.low));
    CHECK(std::isnan(nn::delong_test(scores.data(), tied.data(), one_positive.data(), 4).p_value));
    CHECK(std::isnan(nn::roc_auc_interval(scores.data(), one_class.data(), 4).estimate));
    const nn::interval perfect = nn::roc_auc_interval(scores.data(), right.data(), 4);
    CHECK(perfect.low == 1);
    CHECK(perfect.high == 1);
    const nn::delong_result apart = nn::delong_test(scores.data(), tied.data(), right.data(), 4);
    CHECK(apart.difference.estimate == 0.5);
    CHECK(std::isinf(apart.z));
    CHECK(apart.p_value == 0);
}

TEST_CASE("the bootstrap gives the interval that theory gives for a mean, and equal rounds for equal seeds") {
    const auto sorted = numbers("quantiles");
    const std::span<const double> values = std::span<const double>(sorted).first(17);
    std::vector<double> quantiles;
    for (const double share : {0.0, 0.025, 0.5, 0.9, 1.0})
        quantiles.push_back(nn::detail::quantile_of_sorted(values, share));
    close(quantiles, {sorted.begin() + 17, sorted.end()});

    constexpr extent count = 400;
    std::vector<double> data;
    nn::random_stream random(nn::seed{9}, 0);
    for (extent i = 0; i < count; ++i) data.push_back(random.next_uniform());
    const auto mean = [&](std::span<const extent> units) {
        double sum = 0;
        for (const extent i : units) sum += data[static_cast<std::size_t>(i)];
        return sum / static_cast<double>(units.size());
    };
    const nn::interval found = nn::bootstrap_interval(count, mean);
    const double half = 1.96 * std::sqrt(1.0 / 12 / count);
    CHECK(found.high - found.low == doctest::Approx(2 * half).epsilon(0.1));
    CHECK(0.5 * (found.high + found.low) == doctest::Approx(found.estimate).epsilon(0.01));
    CHECK(nn::bootstrap_interval(count, mean).low == found.low);
    CHECK(nn::bootstrap_interval(count, mean, {.random = nn::seed{1}}).low != found.low);

    const double never = std::numeric_limits<double>::quiet_NaN();
    const nn::interval none = nn::bootstrap_interval(3, [&](std::span<const extent>) { return never; });
    CHECK(std::isnan(none.low));
    CHECK(std::isnan(nn::bootstrap_interval(0, mean).estimate));
    // Rounds of one class have no answer and are left out.
    const nn::interval some =
        nn::bootstrap_interval(2, [&](std::span<const extent> units) { return units[0] == units[1] ? never : 0.75; });
    CHECK(some.low == 0.75);
    CHECK(some.high == 0.75);
}

TEST_CASE("calibration is that of scikit-learn and of its definition, and a temperature mends it") {
    const auto logits = numbers("calibration.logits"), probabilities = numbers("calibration.probabilities");
    const auto labels = whole("calibration.labels"), yes = whole("calibration.binary");
    const auto expected = numbers("calibration.numbers");
    const extent count = std::ssize(labels);
    const auto bins = nn::reliability(probabilities.data(), 4, labels.data(), count, 10);
    close({nn::expected_calibration_error(bins), nn::maximum_calibration_error(bins)}, {expected[0], expected[1]});

    std::vector<double> column, first, curve;
    std::vector<std::int32_t> is_one;
    for (std::size_t i = 0; i < labels.size(); ++i) {
        first.push_back(logits[4 * i]);
        column.push_back(probabilities[4 * i + 1]);
        is_one.push_back(labels[i] == 1 ? 1 : 0);
    }
    const auto of_class = nn::reliability_of_class(column.data(), is_one.data(), count, 10);
    for (const auto& bin : of_class)
        if (bin.count > 0) curve.push_back(bin.promised);
    for (const auto& bin : of_class)
        if (bin.count > 0) curve.push_back(bin.kept);
    close(curve, numbers("calibration.curve"));

    close({nn::best_temperature(logits.data(), 4, labels.data(), count),
           nn::best_temperature(first.data(), 1, yes.data(), count)},
          {expected[2], expected[3]}, 1e-7);
    // Logarithms of probabilities are logits; a single column is a pair of logits.
    std::vector<double> pairs;
    for (const double z : first) pairs.insert(pairs.end(), {0.5, z + 0.5});
    CHECK(nn::best_temperature(pairs.data(), 2, yes.data(), count) == doctest::Approx(expected[3]).epsilon(1e-7));
}

TEST_CASE("calibration of yes-or-no scores, of edges, and where there is nothing to calibrate") {
    const std::vector<float> scores{0.9f, 0.2f, 0.5f, 1.0f, 0.0f};
    const std::vector<std::int32_t> labels{1, 0, 1, 1, -1};
    const auto bins = nn::reliability(scores.data(), 1, labels.data(), 5, 2);
    CHECK(bins[0].count == 1);  // 0.5 chooses 0 with 0.5, the upper edge of the first bin, and is wrong
    CHECK(bins[0].kept == 0);
    CHECK(bins[1].count == 3);
    CHECK(bins[1].promised == doctest::Approx(0.9));
    CHECK(nn::expected_calibration_error(nn::reliability(scores.data(), 1, labels.data(), 0)) == 0);

    const std::vector<float> right{4, -3, 2}, wrong{-4, 3, -2};
    const std::vector<std::int32_t> truth{1, 0, 1}, none(3, -1);
    CHECK(nn::best_temperature(right.data(), 1, truth.data(), 3) == 0.01);
    CHECK(nn::best_temperature(wrong.data(), 1, truth.data(), 3) == 100);
    CHECK(std::isnan(nn::best_temperature(right.data(), 1, none.data(), 3)));
    const std::vector<float> endless{4, std::numeric_limits<float>::infinity(), 2};
    CHECK(std::isnan(nn::best_temperature(endless.data(), 1, truth.data(), 3)));
    const std::vector<float> large{1e4f, -1e4f, 1e4f};
    const std::vector<std::int32_t> mixed{1, 0, 0};
    CHECK(std::isfinite(nn::best_temperature(large.data(), 1, mixed.data(), 3)));
}

TEST_CASE("kappa, Matthews' correlation and top-k accuracy are those of scikit-learn, absent classes too") {
    for (const std::string name : {"agreement", "agreement_absent", "agreement_binary"}) {
        INFO(name);
        const auto truth = whole(name + ".truth"), predicted = whole(name + ".predicted");
        const auto scores = numbers(name + ".scores");
        const extent count = std::ssize(truth), classes = std::ssize(scores) / count;
        nn::confusion_matrix matrix(classes);
        for (std::size_t i = 0; i < truth.size(); ++i) matrix.add(truth[i], predicted[i]);
        std::vector<double> found{nn::cohen_kappa(matrix), nn::cohen_kappa(matrix, nn::kappa_weights::by_distance),
                                  nn::cohen_kappa(matrix, nn::kappa_weights::by_squared_distance),
                                  nn::matthews_correlation(matrix)};
        for (extent k = 1; k <= (classes > 2 ? 3 : 1); ++k)
            found.push_back(nn::top_k_accuracy(scores.data(), classes, truth.data(), count, k));
        close(found, numbers(name + ".numbers"));
    }
    nn::confusion_matrix one_class(3), empty(3);
    one_class.add(1, 1, 5);
    CHECK(std::isnan(nn::cohen_kappa(one_class)));
    CHECK(std::isnan(nn::cohen_kappa(empty)));
    CHECK(nn::matthews_correlation(one_class) == 0);
    CHECK(nn::matthews_correlation(empty) == 0);

    const std::vector<float> tied{0.4f, 0.4f, 0.2f, 0.4f, 0.4f, 0.2f};
    const std::vector<std::int32_t> labels{0, 1}, outside{-1, 3};
    CHECK(nn::top_k_accuracy(tied.data(), 3, labels.data(), 2, 1) == 0.5);  // as predicted_class
    CHECK(nn::top_k_accuracy(tied.data(), 3, labels.data(), 2, 2) == 1);
    CHECK(nn::top_k_accuracy(tied.data(), 3, outside.data(), 2, 3) == 0);
}

TEST_CASE("scores of several labels are those of scikit-learn, a label that nobody has too") {
    const auto truth = whole("several_labels.truth");
    const auto scores = numbers("several_labels.scores");
    const extent labels = 5, count = std::ssize(truth) / labels;
    nn::multi_label_counts counts(labels);
    counts.add(scores.data(), truth.data(), count);
    std::vector<double> found;
    for (const average how : {average::macro, average::weighted, average::micro})
        for (const double score : {nn::precision(counts, how), nn::recall(counts, how), nn::f1_score(counts, how)})
            found.push_back(score);
    found.push_back(nn::subset_accuracy(counts));
    found.push_back(nn::hamming_loss(counts));
    found.push_back(nn::multi_label_auc(scores.data(), truth.data(), count, labels));
    found.push_back(nn::mean_average_precision(scores.data(), truth.data(), count, labels));
    close(found, numbers("several_labels.numbers"));
    CHECK(std::isnan(nn::multi_label_auc(scores.data(), truth.data(), 1, labels)));

    nn::multi_label_counts partly(2);
    const std::vector<float> answers{0.9f, 0.9f, 0.1f, 0.2f};
    const std::vector<std::int32_t> known{1, -1, 1, 0};
    partly.add(answers.data(), known.data(), 2);
    CHECK(nn::subset_accuracy(partly) == 0.5);
    CHECK(nn::hamming_loss(partly) == 1.0 / 3);
    CHECK(nn::specificity(partly, average::micro) == 1);
    CHECK(nn::hamming_loss(nn::multi_label_counts(2)) == 0);
}

TEST_CASE("each group has its scores, and a dash where it has no answer") {
    const std::vector<float> scores{0.9f, 0.2f, 0.6f, 0.4f, 0.8f, 0.7f, 0.1f};
    const std::vector<std::int32_t> labels{1, 0, 0, 1, 1, 1, -1}, groups{0, 0, 0, 0, 1, 1, 2};
    const auto found = nn::group_scores(scores.data(), 1, labels.data(), groups.data(), 7, 3);
    CHECK(found[0].auc == 0.75);
    CHECK(found[0].matrix.correct() == 2);
    CHECK(std::isnan(found[1].auc));
    CHECK(found[2].matrix.total() == 0);
    const std::vector<std::string> names{"Köln", "Ulm"};
    CHECK(nn::group_report(found, names) ==
          "          samples     accuracy          auc  sensitivity  specificity\n"
          "\n"
          "Köln            4         0.50         0.75         0.50         0.50\n"
          " Ulm            2         1.00            -         1.00            -\n"
          "   2            0            -            -            -            -\n");
}
