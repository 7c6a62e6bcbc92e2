// SPDX-License-Identifier: MIT
/// \file
/// report.html: what a classifier is, how it was trained, and how far one can trust it, on one page.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "ctnn/core/order.hpp"
#include "ctnn/io/picture.hpp"
#include "ctnn/report/grid.hpp"
#include "ctnn/report/svg_chart.hpp"
#include "ctnn/train/history.hpp"
#include "ctnn/train/metric/calibration.hpp"
#include "ctnn/train/metric/delong.hpp"
#include "ctnn/train/metric/precision_recall_curve.hpp"
#include "ctnn/train/metric/roc_auc.hpp"
#include "ctnn/train/metric/roc_curve.hpp"
#include "ctnn/train/metric/specificity.hpp"
#include "ctnn/train/metric/threshold.hpp"

namespace ctnn {

/// What a page about a classifier is made of. What is empty is left out.
struct classification_page {
    std::string title = "Classifier";
    std::vector<std::pair<std::string, std::string>> facts{};  ///< data, seed, versions, seconds: a line each
    std::string network{};                                     ///< of summary<Net>()
    training_history history{};
    std::vector<std::string> classes{};
    std::span<const float> probabilities{};  ///< [sample][class], or [sample] of class 1
    std::span<const std::int32_t> labels{};  ///< the true class of each sample
    std::vector<grid_tile> mistakes{};       ///< shown in this order; see worst_mistakes()
};

/// The samples whose true class was given the least probability, the worst first, at most `count`.
///
///     takes      probabilities [sample][columns], one column being that of class 1; labels, negative ones ignored
[[nodiscard, gnu::cold]] inline std::vector<extent> worst_mistakes(std::span<const float> probabilities,
                                                                   std::span<const std::int32_t> labels, extent count) {
    const extent samples = std::ssize(labels), columns = samples == 0 ? 1 : std::ssize(probabilities) / samples;
    std::vector<float> of_truth;
    std::vector<extent> wrong;
    for (extent i = 0; i < samples; ++i) {
        const std::int32_t label = labels[static_cast<std::size_t>(i)];
        const float* const row = probabilities.data() + i * columns;
        if (label < 0 || predicted_class(row, columns, 0.5) == label) continue;
        wrong.push_back(i);
        of_truth.push_back(columns > 1 ? row[label] : label == 1 ? row[0] : 1 - row[0]);
    }
    std::vector<extent> worst;
    for (const extent place : detail::sorted_places(of_truth, [](float a, float b) { return a < b; })) {
        if (std::ssize(worst) == count) break;
        worst.push_back(wrong[static_cast<std::size_t>(place)]);
    }
    return worst;
}

namespace detail {

/// The value of four digits, or "-" where there is none.
[[nodiscard, gnu::cold]] inline std::string page_number(double value) {
    return std::isfinite(value) ? fixed(value, 4) : "-";
}

/// Loss and accuracy over the epochs.
[[gnu::cold]] inline void add_history(html_page& page, const training_history& history) {
    svg_line loss{"training", {}, {}}, validation_loss{"validation", {}, {}}, accuracy = loss,
                                                                              validation_accuracy = validation_loss;
    const auto add = [](svg_line& line, extent epoch, double value, bool known) {
        if (!known) return;
        line.x.push_back(static_cast<double>(epoch));
        line.y.push_back(value);
    };
    for (const epoch_record& e : history.epochs) {
        add(loss, e.epoch, e.loss, true);
        add(accuracy, e.epoch, e.accuracy, e.accuracy >= 0);
        add(validation_loss, e.epoch, e.validation_loss, e.validation_loss >= 0);
        add(validation_accuracy, e.epoch, e.validation_accuracy, e.validation_accuracy >= 0);
    }
    std::vector<svg_chart> charts{{"Loss", "epoch", "loss", {loss, validation_loss}},
                                  {"Accuracy", "epoch", "accuracy", {accuracy, validation_accuracy}}};
    std::vector<std::string> drawn;
    for (svg_chart& chart : charts) {
        std::erase_if(chart.lines, [](const svg_line& line) { return line.x.empty(); });
        if (!chart.lines.empty()) drawn.push_back(draw_svg(chart));
    }
    page.heading("Training");
    page.figures(drawn);
}

/// The matrix, shaded by each cell's share of its row.
[[gnu::cold]] inline void add_confusion(html_page& page, const confusion_matrix& matrix,
                                        const std::vector<std::string>& names) {
    std::string html = "<table class=\"confusion\"><thead><tr><th>true \\ predicted</th>";
    for (const std::string& name : names) html += "<th>" + html_text(name) + "</th>";
    html += "</tr></thead><tbody>\n";
    for (extent t = 0; t < matrix.classes(); ++t) {
        html += "<tr><th>" + html_text(names[static_cast<std::size_t>(t)]) + "</th>";
        for (extent p = 0; p < matrix.classes(); ++p) {
            const double share = ratio(matrix(t, p), matrix.support(t));
            html += "<td style=\"background:rgba(var(--share)," + fixed(0.55 * share, 2) + ")\">" +
                    std::to_string(matrix(t, p)) + "</td>";
        }
        html += "</tr>\n";
    }
    page.heading("Confusion matrix");
    page.markup(html + "</tbody></table>\n");
}

/// The lines of all classes, each against the rest; of two classes class 1's alone.
struct class_curves {
    svg_chart roc{"ROC", "1 - specificity", "sensitivity", {}, true};
    svg_chart precision_recall{"Precision and recall", "recall", "precision", {}, true};
    svg_chart reliability{"Calibration", "probability", "share that came true", {}, true};
    std::vector<std::vector<std::string>> areas;  ///< rows of a table
};

[[gnu::cold]] inline void add_class(class_curves& to, const classification_page& of, extent columns, extent column,
                                    std::int32_t positive, const std::string& name) {
    const extent count = std::ssize(of.labels);
    std::vector<float> score(static_cast<std::size_t>(count));
    std::vector<std::int32_t> truth(of.labels.begin(), of.labels.end());
    for (std::size_t i = 0; i < score.size(); ++i) {
        score[i] = of.probabilities[i * static_cast<std::size_t>(columns) + static_cast<std::size_t>(column)];
        if (truth[i] >= 0) truth[i] = truth[i] == positive ? 1 : 0;
    }
    const ranking ranked = rank_scores(score.data(), truth.data(), count);
    if (!ranked.has_both()) return;
    const curve_points roc = roc_curve(ranked), precision = precision_recall_curve(ranked);
    to.roc.lines.push_back({name, roc.x, roc.y});
    to.precision_recall.lines.push_back({name, precision.x, precision.y});
    svg_line kept{name, {}, {}};
    for (const reliability_bin& bin : reliability_of_class(score.data(), truth.data(), count, 10)) {
        if (bin.count == 0) continue;
        kept.x.push_back(bin.promised);
        kept.y.push_back(bin.kept);
    }
    to.reliability.lines.push_back(kept);
    const interval area = roc_auc_interval(score.data(), truth.data(), count);
    const operating_point best = youden_point(ranked);
    to.areas.push_back({name, page_number(area.estimate), page_number(area.low) + " to " + page_number(area.high),
                        page_number(average_precision(ranked)), page_number(best.threshold),
                        page_number(best.sensitivity()), page_number(best.specificity())});
}

}  // namespace detail

/// The page as HTML: facts, curves of training, table of classes, confusion matrix, ROC, precision and recall,
/// calibration, the worst mistakes with their images, and the network. One file without scripts; charts show their
/// numbers where the mouse is, in light, dark and print.
/// \pre probabilities hold as many numbers for each label, as many as there are classes, or one of two classes
///
///     auto failed = ctnn::make_page(content).write("report.html");
[[nodiscard, gnu::cold]] inline html_page make_page(const classification_page& of) {
    html_page page(of.title);
    std::vector<std::vector<std::string>> facts;
    for (const auto& [name, value] : of.facts) facts.push_back({name, value});
    if (!facts.empty()) page.table({"", ""}, facts);

    const extent count = std::ssize(of.labels), columns = count == 0 ? 0 : std::ssize(of.probabilities) / count;
    std::vector<std::string> names = of.classes;
    const extent classes = columns == 1 ? 2 : columns;
    while (std::ssize(names) < classes) names.push_back(std::to_string(names.size()));
    if (classes > 0) {
        confusion_matrix matrix(classes);
        matrix.add(of.probabilities.data(), columns, of.labels.data(), count);
        page.heading("Results on " + std::to_string(matrix.total()) + " samples that were not trained on");
        page.paragraph("Accuracy " + detail::page_number(accuracy(matrix)) + ", area under the ROC curve " +
                       detail::page_number(roc_auc(of.probabilities.data(), columns, of.labels.data(), count)) + ".");
        std::vector<std::vector<std::string>> rows;
        for (extent c = 0; c < classes; ++c)
            rows.push_back({names[static_cast<std::size_t>(c)], detail::page_number(precision(matrix, c)),
                            detail::page_number(recall(matrix, c)), detail::page_number(specificity(matrix, c)),
                            detail::page_number(f1_score(matrix, c)), std::to_string(matrix.support(c))});
        page.table({"class", "precision", "recall (sensitivity)", "specificity", "F1 score", "samples"}, rows);
        detail::add_confusion(page, matrix, names);

        detail::class_curves curves;
        for (extent c = classes == 2 ? 1 : 0; c < classes; ++c)
            detail::add_class(curves, of, columns, columns == 1 ? 0 : c, static_cast<std::int32_t>(c),
                              names[static_cast<std::size_t>(c)]);
        if (!curves.areas.empty()) {
            const svg_line diagonal{"", {0, 1}, {0, 1}, true};
            curves.roc.lines.push_back(diagonal);
            curves.reliability.lines.push_back(diagonal);
            page.heading("Thresholds and calibration");
            page.table({"class against the rest", "area under ROC", "95 % interval", "average precision",
                        "threshold by Youden's index", "sensitivity there", "specificity there"},
                       curves.areas);
            page.figures({draw_svg(curves.roc), draw_svg(curves.precision_recall), draw_svg(curves.reliability)});
            page.paragraph(
                "Thresholds are read from these samples; one that is to be used is chosen on validation data. "
                "Intervals are DeLong's.");
        }
    }
    if (!of.mistakes.empty()) {
        page.heading("The worst mistakes");
        std::vector<std::string> pictures;
        for (const grid_tile& one : of.mistakes) {
            const float_image& picture = one.picture;
            std::vector<unsigned char> bytes;
            for (const float v : picture.values)
                bytes.push_back(static_cast<unsigned char>(std::clamp(v, 0.0F, 1.0F) * 255.0F + 0.5F));
            const auto png = format_png(bytes.data(), picture.height, picture.width, picture.channels);
            if (!png) continue;
            pictures.push_back("<img alt=\"\" src=\"data:image/png;base64," + base64(*png) + "\"><figcaption>" +
                               html_text(one.truth) + "<br><span class=\"mistake\">" + html_text(one.predicted) + " " +
                               detail::page_number(one.probability) + "</span></figcaption>");
        }
        page.paragraph("Below each image its true class, then what the network said, with its probability.");
        page.figures(pictures);
    }
    if (!of.history.epochs.empty()) detail::add_history(page, of.history);
    if (!of.network.empty()) {
        page.heading("Network");
        page.preformatted(of.network);
    }
    return page;
}

}  // namespace ctnn
