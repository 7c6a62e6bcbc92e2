// SPDX-License-Identifier: MIT
/// \file
/// Tables of comma-separated values.
#include <ctnn/io/csv.hpp>

#include "fields.hpp"

namespace fuzz {
namespace {

using namespace ctnn;

/// The table in quotes throughout.
byte_vector quoted(const csv_file& table, char separator) {
    byte_vector out;
    const auto append = [&](const std::string& text, bool last) {
        out.push_back('"');
        for (const char c : text) append_text(out, c == '"' ? "\"\"" : std::string(1, c));
        append_text(out, last ? std::string("\"\r\n") : std::string("\"") + separator);
    };
    for (extent i = 0; i < static_cast<extent>(table.columns().size()); ++i)
        append(table.columns()[static_cast<std::size_t>(i)], i + 1 == table.width());
    for (extent row = 0; row < table.rows(); ++row)
        for (extent i = 0; i < table.width(); ++i) append(table.text(row, i), i + 1 == table.width());
    return out;
}

void read(byte_view input) {
    for (const csv_options& options :
         {csv_options{}, csv_options{.separator = ';', .heading = false, .budget = 4096}}) {
        const auto table = parse_csv({input.data, input.data + input.size}, {}, options);
        require(table.has_value() || !table.error().message().empty(), "an error without a message");
        if (!table) continue;
        for (const std::string& name : table->columns()) require(table->column(name).has_value(), "no such column");
        (void)table->numbers<double>();
        (void)table->numbers<std::uint8_t>();
        if (table->rows() == 0 && table->columns().empty()) continue;
        const auto back = parse_csv(quoted(*table, options.separator), {},
                                    {.separator = options.separator, .heading = options.heading});
        require(back.has_value() && back->columns() == table->columns() && back->rows() == table->rows() &&
                    back->width() == table->width(),
                "a table that is not read as it was written");
        for (extent row = 0; row < table->rows(); ++row)
            for (extent i = 0; i < table->width(); ++i)
                require(back->text(row, i) == table->text(row, i), "another field");
    }
}

void repair(byte_vector&) {}

void change(byte_vector& file, random_bits& random) {
    constexpr const char* pieces[] = {"\"",
                                      "\"\"",
                                      ",",
                                      ";",
                                      "\n",
                                      "\r\n",
                                      "\r",
                                      "\xEF\xBB\xBF",
                                      "nan",
                                      "-1e309",
                                      "256",
                                      "\xC3\xA9",
                                      "\xF0\x9F\xA9\xBA",
                                      "\xC0\x80",
                                      " ",
                                      "\t",
                                      "0x10"};
    if (pick(random, 3) == 0) return change_bytes(file, random);
    const std::string piece = pieces[pick(random, std::size(pieces))];
    file.insert(file.begin() + static_cast<std::ptrdiff_t>(pick(random, file.size() + 1)), piece.begin(), piece.end());
}

}  // namespace

const target csv_target{"csv", read, change, repair};

}  // namespace fuzz
