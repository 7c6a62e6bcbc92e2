// SPDX-License-Identifier: MIT
/// \file
/// The history of a run as a file that grows with each epoch.
#pragma once

#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "ctnn/core/text.hpp"
#include "ctnn/io/file.hpp"
#include "ctnn/train/history.hpp"
#include "ctnn/train/record_fields.hpp"
#include "ctnn/train/run.hpp"

namespace ctnn {

/// Epochs as comma-separated values under a line of names; what was not measured is empty.
[[nodiscard]] inline std::string history_csv(const std::vector<epoch_record>& epochs) {
    std::string text = "epoch";
    for (const detail::record_field& field : detail::record_fields) (text += ',') += field.name;
    for (const epoch_record& e : epochs) {
        text += "\r\n" + std::to_string(e.epoch);
        for (const detail::record_field& field : detail::record_fields)
            text += ',' + (detail::is_missing(field, e) ? std::string() : to_text(e.*field.number));
    }
    return text + "\r\n";
}

/// Epochs as JSON, one object a line; what was not measured is left out, and what is not finite is null.
/// https://jsonlines.org
[[nodiscard]] inline std::string history_jsonl(const std::vector<epoch_record>& epochs) {
    std::string text;
    for (const epoch_record& e : epochs) {
        text += "{\"epoch\": " + std::to_string(e.epoch);
        for (const detail::record_field& field : detail::record_fields) {
            if (detail::is_missing(field, e)) continue;
            const double number = e.*field.number;
            ((text += ", \"") += field.name) += "\": " + (std::isfinite(number) ? to_text(number) : "null");
        }
        text += "}\n";
    }
    return text;
}

/// A callback that writes the history after each epoch, crash-safe: as CSV, or as JSON lines where the name ends in
/// .jsonl. The file is written whole, so that of a run that goes on has every epoch once. A failure stops the run.
///
///     ctnn::history_log log("history.csv"), lines("history.jsonl");
///     ctnn::fit(model, train, loss, ctnn::adam{}, {.epochs = 50, .callbacks = {&log, &lines}});
class history_log final : public training_callback {
public:
    explicit history_log(std::string path) : path_(std::move(path)) {}

    void run_begins(training_moment& now) override { write(now); }
    void epoch_ends(training_moment& now, const epoch_record&) override { write(now); }

private:
    void write(training_moment& now) const {
        const std::vector<epoch_record>& epochs = now.run->history.epochs;
        const std::string text = path_.ends_with(".jsonl") ? history_jsonl(epochs) : history_csv(epochs);
        now.failed =
            write_file(path_, {reinterpret_cast<const unsigned char*>(text.data()), static_cast<extent>(text.size())});
    }
    std::string path_;
};

}  // namespace ctnn
