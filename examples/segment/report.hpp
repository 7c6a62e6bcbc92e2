// SPDX-License-Identifier: MIT
/// \file
/// report.html: the page that goes with a trained segmenter.
#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <ctnn/ctnn.hpp>
#include <ctnn/report/html.hpp>
#include <ctnn/report/picture.hpp>
#include <ctnn/report/svg_chart.hpp>

#include "scores.hpp"

namespace segment {

/// Writes history.csv and curves.png into a folder.
inline nn::error write_history(const std::string& folder, const nn::training_history& history) {
    nn::csv_table table({"epoch", "loss", "accuracy", "validation_loss", "validation_accuracy", "rate", "seconds"});
    nn::curve loss{"training", {}}, validation_loss{"validation", {}}, accuracy = loss, validation = validation_loss;
    for (const nn::epoch_record& e : history.epochs) {
        table.add({std::to_string(e.epoch), nn::to_text(e.loss), nn::to_text(e.accuracy),
                   nn::to_text(e.validation_loss), nn::to_text(e.validation_accuracy), nn::to_text(e.rate),
                   nn::to_text(e.seconds)});
        loss.values.push_back(e.loss);
        validation_loss.values.push_back(e.validation_loss);
        accuracy.values.push_back(e.accuracy);
        validation.values.push_back(e.validation_accuracy);
    }
    if (auto failed = table.write(folder + "/history.csv")) return failed;
    return nn::write_png(folder + "/curves.png", nn::draw_charts({{"loss", {loss, validation_loss}},
                                                                  {"accuracy of voxels", {accuracy, validation}}}));
}

/// The overlays of the cases with the lowest Dice, from the folder where they were written, as HTML.
inline std::string worst_overlays(const std::string& folder, const case_scores& all, std::size_t count) {
    std::vector<std::pair<double, std::string>> order;
    for (std::size_t i = 0; i < all.names.size(); ++i) {
        double sum = 0;
        for (const nn::structure_score& s : all.scores[i]) sum += std::isnan(s.dice) ? 1 : s.dice;
        order.emplace_back(sum, all.names[i]);
    }
    std::sort(order.begin(), order.end());
    std::string html;
    for (std::size_t i = 0; i < std::min(count, order.size()); ++i)
        if (const auto png = nn::read_file(folder + "/overlays/" + order[i].second + ".png"))
            html += "<p><img style=\"width:auto;max-width:100%\" alt=\"" + nn::html_text(order[i].second) +
                    "\" src=\"data:image/png;base64," +
                    nn::base64({png->data(), static_cast<nn::extent>(png->size())}) + "\"></p>\n";
    return html;
}

/// Writes report.html into a folder that has the overlays already.
inline nn::error write_report(const std::string& folder, const case_scores& all, const nn::training_history& history,
                              const std::string& network, const std::vector<std::vector<std::string>>& facts) {
    std::string title = "Segmentation of " + all.structures[0];
    for (std::size_t s = 1; s < all.structures.size(); ++s)
        title += (s + 1 < all.structures.size() ? ", " : " and ") + all.structures[s];
    nn::html_page page(title);
    page.table({"training", ""}, facts);
    page.heading("Test part");
    page.table(summary_heading, summary_rows(all));
    page.paragraph(
        "Means over the cases that have the score; HD95 and ASSD in millimeters (of images: pixels). A structure that "
        "is neither there nor predicted is absent and has none; one that is missed or invented has Dice 0 and no "
        "distance.");
    page.heading("Training");
    nn::svg_line loss{"training", {}, {}}, validation{"validation", {}, {}};
    for (const nn::epoch_record& e : history.epochs) {
        for (nn::svg_line* line : {&loss, &validation}) line->x.push_back(static_cast<double>(e.epoch));
        loss.y.push_back(e.loss);
        validation.y.push_back(e.validation_loss);
    }
    page.figures({nn::draw_svg({.title = "Loss", .x_name = "epoch", .y_name = "loss", .lines = {loss, validation}})});
    page.heading("The cases with the lowest Dice");
    page.paragraph("What was predicted is tinted; the outline of the truth is white.");
    page.markup(worst_overlays(folder, all, 8));
    page.heading("Network");
    page.preformatted(network);
    return page.write(folder + "/report.html");
}

}  // namespace segment
