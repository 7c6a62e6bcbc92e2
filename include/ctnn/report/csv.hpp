// SPDX-License-Identifier: MIT
/// \file
/// Tables as comma-separated values. https://www.rfc-editor.org/rfc/rfc4180
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "ctnn/core/error.hpp"
#include "ctnn/core/text.hpp"
#include "ctnn/io/file.hpp"

namespace ctnn {

/// A table that grows row by row.
///
///     ctnn::csv_table table{{"epoch", "loss"}};
///     table.add({"1", ctnn::to_text(0.25)});
///     auto failed = table.write("history.csv");
class csv_table {
public:
    explicit csv_table(const std::vector<std::string>& columns) { add(columns); }

    /// Adds a row. A field with a comma, a quote or a line break is put in quotes, its own quotes doubled.
    void add(const std::vector<std::string>& fields) {
        for (std::size_t i = 0; i < fields.size(); ++i) {
            if (i > 0) text_ += ',';
            if (fields[i].find_first_of(",\"\r\n") == std::string::npos) {
                text_ += fields[i];
                continue;
            }
            text_ += '"';
            for (const char c : fields[i]) {
                if (c == '"') text_ += '"';
                text_ += c;
            }
            text_ += '"';
        }
        text_ += "\r\n";
    }

    /// All rows, each ended by a carriage return and a line feed, as RFC 4180 has it.
    [[nodiscard]] const std::string& text() const noexcept { return text_; }

    /// Writes the table, crash-safe; see write_file().
    [[nodiscard]] error write(const std::string& path) const {
        return write_file(path,
                          {reinterpret_cast<const unsigned char*>(text_.data()), static_cast<extent>(text_.size())});
    }

private:
    std::string text_;
};

}  // namespace ctnn
