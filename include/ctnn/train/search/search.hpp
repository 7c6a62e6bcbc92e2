// SPDX-License-Identifier: MIT
/// \file
/// Tries settings of a training and keeps the best: a grid, random points, successive halving.
#pragma once

#include <cmath>
#include <cstdio>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ctnn/core/clock.hpp"
#include "ctnn/core/error.hpp"
#include "ctnn/core/order.hpp"
#include "ctnn/core/random.hpp"
#include "ctnn/core/text.hpp"

namespace ctnn {

/// A setting to be chosen: among some values, or anywhere between two.
struct search_axis {
    std::string name;
    std::vector<double> values;  ///< empty: a range
    double low = 0, high = 0;
    bool logarithmic = false;  ///< drawn so that each factor is as likely as the next, for rates
};
using search_space = std::vector<search_axis>;

[[nodiscard]] inline search_axis among(std::string name, std::vector<double> values) {
    return {.name = std::move(name), .values = std::move(values)};
}
[[nodiscard]] inline search_axis between(std::string name, double low, double high) {
    return {.name = std::move(name), .values = {}, .low = low, .high = high};
}
[[nodiscard]] inline search_axis between_logarithmic(std::string name, double low, double high) {
    return {.name = std::move(name), .values = {}, .low = low, .high = high, .logarithmic = true};
}

/// One point of a space, tried once.
struct search_trial {
    std::vector<double> values;                               ///< in the order of the space
    extent epochs = 0;                                        ///< what it was given to learn
    double score = std::numeric_limits<double>::quiet_NaN();  ///< larger is better; NaN is worse than any
    double seconds = 0;
};

/// What is tried: the values by the names of their axes, and the epochs to train for.
struct search_point {
    const search_space& space;
    const std::vector<double>& values;
    extent epochs;
    /// NaN for a name that the space does not have.
    [[nodiscard]] double operator[](std::string_view name) const {
        for (std::size_t i = 0; i < space.size(); ++i)
            if (space[i].name == name) return values[i];
        return std::numeric_limits<double>::quiet_NaN();
    }
};

/// All trials of a search, in the order in which they were made.
struct search_result {
    search_space space;
    std::vector<search_trial> trials;
    std::size_t best = 0;  ///< of those with the most epochs the one with the best score, the first of equals

    /// A table to read and a CSV file: a line for each trial. \param separator between the columns
    [[nodiscard, gnu::cold]] std::string text(const char* separator = "  ") const {
        std::string all = "epochs";
        for (const search_axis& axis : space) all += separator + axis.name;
        all += detail::text_of({separator, "score", separator, "seconds\n"});
        for (const search_trial& t : trials) {
            char cell[32];
            std::snprintf(cell, sizeof cell, "%6td", t.epochs);
            all += cell;
            const auto add = [&](double value, const char* format) {
                std::snprintf(cell, sizeof cell, format, value);
                all += separator;
                all += cell;
            };
            for (const double value : t.values) add(value, "%.6g");
            add(t.score, "%.6f");
            add(t.seconds, "%.2f");
            all += '\n';
        }
        return all;
    }
};

/// How successive_halving() goes.
struct halving_options {
    extent points = 27;
    extent least_epochs = 1;  ///< of the first round
    extent factor = 3;        ///< in each round so many times the epochs for so many times fewer points
    seed random{};
};

namespace detail {

[[nodiscard, gnu::cold]] inline error check_space(const search_space& space, bool grid) {
    constexpr error_kind invalid = error_kind::invalid_argument;
    if (space.empty()) return {invalid, "search: the space has no axis"};
    for (const search_axis& a : space) {
        if (!a.values.empty()) continue;
        if (grid) return {invalid, text_of({"search: a grid needs the values of '", a.name, "'"})};
        const bool drawn = std::isfinite(a.low) && std::isfinite(a.high) && a.low <= a.high;
        if (!drawn || (a.logarithmic && !(a.low > 0)))
            return {invalid, text_of({"search: '", a.name, "' is between ", a.low, " and ", a.high,
                                      a.logarithmic ? ", expected numbers above 0" : ", expected finite numbers"})};
    }
    return {};
}

/// All combinations, the last axis changing first.
[[nodiscard, gnu::cold]] inline std::vector<std::vector<double>> points_of_grid(const search_space& space) {
    std::vector<std::vector<double>> points{{}};
    for (const search_axis& axis : space) {
        std::vector<std::vector<double>> longer;
        for (const std::vector<double>& point : points)
            for (const double value : axis.values) {
                longer.push_back(point);
                longer.back().push_back(value);
            }
        points = std::move(longer);
    }
    return points;
}

/// Point k is a function of the seed and k alone, so that a longer search begins with the points of a shorter one.
[[nodiscard, gnu::cold]] inline std::vector<std::vector<double>> random_points(const search_space& space, extent count,
                                                                               seed start) {
    std::vector<std::vector<double>> points;
    for (extent k = 0; k < count; ++k) {
        random_stream random(start, static_cast<std::uint64_t>(k));
        std::vector<double>& point = points.emplace_back();
        for (const search_axis& a : space) {
            const double u = random.next_uniform();
            if (!a.values.empty())
                point.push_back(a.values[static_cast<std::size_t>(u * static_cast<double>(a.values.size()))]);
            else
                point.push_back(a.logarithmic ? a.low * std::pow(a.high / a.low, u) : a.low + (a.high - a.low) * u);
        }
    }
    return points;
}

/// The places of the trials from `first` on, best first.
[[nodiscard, gnu::cold]] inline std::vector<extent> ranked_trials(const std::vector<search_trial>& trials,
                                                                  std::size_t first) {
    std::vector<search_trial> round(trials.begin() + static_cast<extent>(first), trials.end());
    return sorted_places(round, [](const search_trial& a, const search_trial& b) {
        return a.score > b.score || (std::isnan(b.score) && !std::isnan(a.score));
    });
}

template <class Run>
[[nodiscard, gnu::cold]] error try_points(search_result& found, const std::vector<std::vector<double>>& points,
                                          extent epochs, const Run& run) {
    const std::size_t first = found.trials.size();
    for (const std::vector<double>& values : points) {
        const double begun = seconds_now();
        const result<double> score = run(search_point{found.space, values, epochs});
        if (!score) return score.error();
        found.trials.push_back({values, epochs, *score, seconds_now() - begun});
    }
    if (!points.empty()) found.best = first + static_cast<std::size_t>(ranked_trials(found.trials, first)[0]);
    return {};
}

}  // namespace detail

/// Tries every combination of the values of a space.
///
///     takes    run(const search_point&) -> result<double>, the score of a training with these settings, such as the
///              validation AUC; an error ends the search
///     refuses  a space without axes, axes without values, epochs below 1
///
///     const auto found = ctnn::grid_search({ctnn::among("rate", {1e-3, 3e-3}), ctnn::among("decay", {0, 0.05})}, 10,
///         [&](const ctnn::search_point& at) -> ctnn::result<double> {
///             ctnn::model<net> model{ctnn::seed{1}};
///             const ctnn::adamw descent{.rate = at["rate"], .weight_decay = at["decay"]};
///             const auto history =
///                 ctnn::fit(model, train, loss, descent, {.epochs = at.epochs, .validation = &valid});
///             if (!history) return history.error();
///             return history->epochs.back().validation_auc;
///         });
///     if (found) std::fputs(found->text().c_str(), stdout);
template <class Run>
[[nodiscard, gnu::cold]] result<search_result> grid_search(search_space space, extent epochs, const Run& run) {
    if (error failed = detail::check_space(space, true)) return failed;
    if (epochs < 1) return error(error_kind::invalid_argument, "search: epochs must be at least 1");
    search_result found{std::move(space), {}};
    if (error failed = detail::try_points(found, detail::points_of_grid(found.space), epochs, run)) return failed;
    return found;
}

/// Tries `count` points drawn from a space. Point k is the same in any search with this seed.
/// Bergstra and Bengio, "Random search for hyper-parameter optimization", 2012.
///
/// Refuses what grid_search() refuses but ranges, which are finite, and above 0 where they are logarithmic.
template <class Run>
[[nodiscard, gnu::cold]] result<search_result> random_search(search_space space, extent count, seed start,
                                                             extent epochs, const Run& run) {
    if (error failed = detail::check_space(space, false)) return failed;
    if (epochs < 1 || count < 1)
        return error(error_kind::invalid_argument, "search: epochs and points must be at least 1");
    search_result found{std::move(space), {}};
    if (error failed = detail::try_points(found, detail::random_points(found.space, count, start), epochs, run))
        return failed;
    return found;
}

/// Gives many points few epochs, the better ones more, and so on until one is left: every round costs about the same.
/// A point that goes on is trained again from its beginning, so that schedules see the length that they have.
/// Jamieson and Talwalkar, "Non-stochastic best arm identification and hyperparameter optimization", AISTATS 2016.
///
/// Refuses what random_search() refuses, and a factor below 2.
template <class Run>
[[nodiscard, gnu::cold]] result<search_result> successive_halving(search_space space, const halving_options& options,
                                                                  const Run& run) {
    if (error failed = detail::check_space(space, false)) return failed;
    if (options.points < 1 || options.least_epochs < 1 || options.factor < 2)
        return error(error_kind::invalid_argument,
                     "search: points and least_epochs must be at least 1, factor at least 2");
    search_result found{std::move(space), {}};
    std::vector<std::vector<double>> points = detail::random_points(found.space, options.points, options.random);
    for (extent epochs = options.least_epochs;; epochs *= options.factor) {
        const std::size_t first = found.trials.size();
        if (error failed = detail::try_points(found, points, epochs, run)) return failed;
        if (points.size() == 1) return found;
        const std::vector<extent> order = detail::ranked_trials(found.trials, first);
        std::vector<std::vector<double>> kept;
        const extent count = (std::ssize(points) + options.factor - 1) / options.factor;
        for (std::size_t i = 0; std::ssize(kept) < count; ++i)
            kept.push_back(points[static_cast<std::size_t>(order[i])]);
        points = std::move(kept);
    }
}

}  // namespace ctnn
