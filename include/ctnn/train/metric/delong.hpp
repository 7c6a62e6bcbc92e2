// SPDX-License-Identifier: MIT
/// \file
/// Confidence of an area under the ROC curve, and whether two differ.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "ctnn/core/order.hpp"
#include "ctnn/core/shape.hpp"
#include "ctnn/train/metric/interval.hpp"

namespace ctnn {
namespace detail {

/// What each sample contributes to an area: a positive the share of negatives below it, a negative the share of
/// positives above it, ties counting one half. The area is the mean of either.
struct placements {
    std::vector<double> positives, negatives;  ///< in the order of the samples
    double area = std::numeric_limits<double>::quiet_NaN();
};

/// By ranks, in the time of a sort: Sun and Xu, "Fast implementation of DeLong's algorithm", IEEE Signal Processing
/// Letters 21, 2014. An area of NaN where positives or negatives are missing or a score is NaN.
template <class T>
[[nodiscard]] placements placements_of(const T* scores, const std::int32_t* labels, extent count) {
    std::vector<extent> places;
    placements result;
    std::vector<double> share(static_cast<std::size_t>(count));
    double positives = 0, negatives = 0;
    for (extent i = 0; i < count; ++i) {
        if (labels[i] < 0) continue;
        if (std::isnan(scores[i])) return {};
        places.push_back(i);
        (labels[i] == 1 ? positives : negatives) += 1;
    }
    if (positives == 0 || negatives == 0) return {};
    detail::sort_places(places, [&](extent a, extent b) { return scores[a] < scores[b]; });
    std::vector<std::size_t> order;
    for (const extent i : places) order.push_back(static_cast<std::size_t>(i));
    double positives_below = 0, negatives_below = 0;
    for (std::size_t i = 0; i < order.size();) {
        std::size_t end = i;
        double tied_positives = 0, tied_negatives = 0;
        for (; end < order.size() && scores[order[end]] == scores[order[i]]; ++end)
            (labels[order[end]] == 1 ? tied_positives : tied_negatives) += 1;
        for (; i < end; ++i)
            share[order[i]] = labels[order[i]] == 1 ? (negatives_below + 0.5 * tied_negatives) / negatives
                                                    : (positives - positives_below - 0.5 * tied_positives) / positives;
        positives_below += tied_positives;
        negatives_below += tied_negatives;
    }
    double sum = 0;
    for (extent i = 0; i < count; ++i) {
        if (labels[i] < 0) continue;
        (labels[i] == 1 ? result.positives : result.negatives).push_back(share[static_cast<std::size_t>(i)]);
        if (labels[i] == 1) sum += share[static_cast<std::size_t>(i)];
    }
    result.area = sum / positives;
    return result;
}

/// The covariance of two areas over the same samples. NaN with fewer than two positives or negatives.
[[nodiscard]] inline double covariance_of(const placements& a, const placements& b) {
    const auto part = [&](const std::vector<double>& x, const std::vector<double>& y) {
        double sum = 0;
        for (std::size_t i = 0; i < x.size(); ++i) sum += (x[i] - a.area) * (y[i] - b.area);
        const double n = static_cast<double>(x.size());
        return n < 2 ? std::numeric_limits<double>::quiet_NaN() : sum / (n - 1) / n;
    };
    return part(a.positives, b.positives) + part(a.negatives, b.negatives);
}

}  // namespace detail

/// The area under the ROC curve with DeLong's interval: area +- deviations * standard error, within 0 and 1.
///
///     takes      scores [count]; labels [count], 1 positive, 0 negative, negative ignored
///     gives      NaN where roc_auc is; bounds of NaN with fewer than two positives or negatives. Where all are told
///                apart the variance is 0 and so is the width: bootstrap_interval() says no more there
///
/// DeLong et al., "Comparing the areas under two or more correlated receiver operating characteristic curves", 1988.
template <class T>
[[nodiscard]] interval roc_auc_interval(const T* scores, const std::int32_t* labels, extent count,
                                        double confidence = 0.95) {
    const detail::placements found = detail::placements_of(scores, labels, count);
    const double half = detail::deviations_of(confidence) * std::sqrt(detail::covariance_of(found, found));
    if (std::isnan(half)) return {found.area};
    return {found.area, std::max(found.area - half, 0.0), std::min(found.area + half, 1.0)};
}

/// What delong_test() found.
struct delong_result {
    double first = 0, second = 0;  ///< the two areas
    interval difference;           ///< first - second, with the interval of the confidence asked for
    double z = 0;                  ///< the difference over its standard error
    double p_value = 1;            ///< the chance of a difference this large between equal areas, two-sided
};

/// DeLong's test: do two scores of the same samples have different areas under the ROC curve?
///
///     takes      two scores [count] a sample; labels [count], 1 positive, 0 negative, negative ignored
///     gives      NaN where roc_auc is NaN or with fewer than two positives or negatives. Where the difference has no
///                variance: z 0 and p 1 for equal areas, else z infinite and p 0
///
/// DeLong et al., Biometrics 44, 1988, https://doi.org/10.2307/2531595
template <class T>
[[nodiscard]] delong_result delong_test(const T* first, const T* second, const std::int32_t* labels, extent count,
                                        double confidence = 0.95) {
    const detail::placements a = detail::placements_of(first, labels, count);
    const detail::placements b = detail::placements_of(second, labels, count);
    delong_result result{a.area, b.area, {}, 0, 1};
    if (std::isnan(a.area) || std::isnan(b.area) || a.positives.size() < 2 || a.negatives.size() < 2) {
        result.z = result.p_value = std::numeric_limits<double>::quiet_NaN();
        return result;
    }
    // The variance of the difference, from differences: equal scores have none, and nothing of it is rounding.
    detail::placements difference;
    for (std::size_t i = 0; i < a.positives.size(); ++i)
        difference.positives.push_back(a.positives[i] - b.positives[i]);
    for (std::size_t i = 0; i < a.negatives.size(); ++i)
        difference.negatives.push_back(a.negatives[i] - b.negatives[i]);
    difference.area = a.area - b.area;
    const double error = std::sqrt(detail::covariance_of(difference, difference));
    const double half = error > 0 ? detail::deviations_of(confidence) * error : 0.0;
    result.difference = {difference.area, difference.area - half, difference.area + half};
    if (difference.area != 0) result.z = difference.area / error;
    result.p_value = detail::two_sided_chance(result.z);
    return result;
}

}  // namespace ctnn
