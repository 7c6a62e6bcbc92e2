// SPDX-License-Identifier: MIT
/// \file
/// Tables of comma-separated values: labels, boxes, signals. https://www.rfc-editor.org/rfc/rfc4180
#pragma once

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <utility>
#include <vector>

#include "ctnn/core/error.hpp"
#include "ctnn/core/order.hpp"
#include "ctnn/io/csv_fields.hpp"
#include "ctnn/io/file.hpp"

namespace ctnn {

/// What a table is held to.
struct csv_options {
    char separator = ',';                  ///< or ';' or a tab: any ASCII character but a quote and a line break
    bool heading = true;                   ///< the first row holds the names of the columns
    extent most_columns = 65536;           ///< more are refused
    std::int64_t budget = default_budget;  ///< bytes of the file and of the index to it, 8 a field
};

/// A table in memory: the bytes of the file, and where each field begins. parse_csv() and read_csv() make one.
///
/// Rows and columns count from 0, the heading is no row. In errors, lines and columns count from 1, as editors show
/// them, columns in characters (code points); they name the place where a field begins.
class csv_file {
public:
    /// Of the heading, in the order of the file; empty where the file was read without one.
    [[nodiscard]] const std::vector<std::string>& columns() const noexcept { return columns_; }
    /// Fields of a row.
    [[nodiscard]] extent width() const noexcept { return width_; }
    [[nodiscard]] extent rows() const noexcept { return static_cast<extent>(begins_.size()) / width_; }
    /// The name of the file in errors.
    [[nodiscard]] const std::string& file() const noexcept { return file_; }

    /// The place of a column. Refuses with invalid_argument a name that the heading does not have; the message lists
    /// those that it has.
    [[nodiscard]] result<extent> column(std::string_view name) const {
        const auto found = std::find(columns_.begin(), columns_.end(), name);
        if (found != columns_.end()) return static_cast<extent>(found - columns_.begin());
        std::string all;
        for (const std::string& one : columns_) (all += all.empty() ? "" : ", ") += one;
        return error(error_kind::invalid_argument, file_,
                     "has no column " + std::string(name) + "; it has " + (all.empty() ? "no heading" : all));
    }

    /// What a field says: without its quotes, doubled quotes single, every other character as it is, spaces too.
    /// \pre inside the table
    [[nodiscard]] std::string text(extent row, extent column) const {
        return detail::csv_text(bytes_, field(row, column));
    }

    /// A field as a number, quoted or not, with spaces and tabs around it or not. Integers are read exactly, floating
    /// types to the nearest, as std::from_chars does; nan and inf are numbers of floating types. Refuses with corrupt
    /// what is no number as a whole ("3 mm", "1,5", "+1", "0x10", ""), or none of the type.
    /// \pre inside the table
    template <class Number>
    [[nodiscard]] result<Number> number(extent row, extent column) const {
        static_assert(std::is_arithmetic_v<Number> && !std::is_same_v<Number, bool> && !std::is_same_v<Number, char>);
        const std::string_view all = detail::csv_content(bytes_, field(row, column));
        const std::size_t first = all.find_first_not_of(" \t");
        if (first != std::string_view::npos) {
            const char* end = all.data() + all.find_last_not_of(" \t") + 1;
            Number value{};
            const std::from_chars_result read = std::from_chars(all.data() + first, end, value);
            if (read.ptr == end && read.ec == std::errc{}) return value;
            if (read.ptr == end && read.ec == std::errc::result_out_of_range)
                return wrong(row, column, "a number in the range of its type");
        }
        return wrong(row, column,
                     std::is_unsigned_v<Number>   ? "a whole number from 0"
                     : std::is_integral_v<Number> ? "a whole number"
                                                  : "a number");
    }

    /// Columns as numbers, [row][column]: boxes of {"x", "y", "width", "height"}. Refusals as column() and number().
    template <class Number>
    [[nodiscard]] result<std::vector<Number>> numbers(const std::vector<std::string>& names) const {
        std::vector<extent> places;
        for (const std::string& name : names) {
            const result<extent> place = column(name);
            if (!place) return place.error();
            places.push_back(*place);
        }
        return numbers_at<Number>(places);
    }
    /// The whole table as numbers, [row][column]: signals.
    template <class Number>
    [[nodiscard]] result<std::vector<Number>> numbers() const {
        std::vector<extent> places;
        for (extent place = 0; place < width_; ++place) places.push_back(place);
        return numbers_at<Number>(places);
    }

    /// The error of a field that is not what it should be, for whoever reads meaning into a table.
    /// \pre inside the table
    [[nodiscard]] error wrong(extent row, extent column, const std::string& expected,
                              error_kind kind = error_kind::corrupt) const {
        std::string found = text(row, column);
        if (found.size() > 40) {
            std::size_t end = 37;
            while ((static_cast<unsigned char>(found[end]) & 0xC0U) == 0x80U) --end;  // not inside a character
            found = found.substr(0, end) + "...";
        }
        for (char& c : found)
            if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = ' ';  // one line, and nothing for a terminal
        const extent at = begin_of(row, column);
        return {kind, file_, at, "'" + found + "' in " + detail::csv_place(bytes_, at), expected};
    }

private:
    friend result<csv_file> parse_csv(byte_vector bytes, const std::string& file, const csv_options& options);

    template <class Number>
    [[nodiscard]] result<std::vector<Number>> numbers_at(const std::vector<extent>& places) const {
        std::vector<Number> values;
        values.reserve(static_cast<std::size_t>(rows()) * places.size());
        for (extent row = 0; row < rows(); ++row)
            for (const extent place : places) {
                const result<Number> value = number<Number>(row, place);
                if (!value) return value.error();
                values.push_back(*value);
            }
        return values;
    }
    [[nodiscard]] extent begin_of(extent row, extent column) const {
        return begins_[static_cast<std::size_t>(row * width_ + column)];
    }
    [[nodiscard]] detail::csv_field field(extent row, extent column) const {
        detail::csv_field found;
        (void)detail::scan_csv_field(bytes_, begin_of(row, column), separator_, found);  // parse_csv() has seen it
        return found;
    }

    std::string file_;
    byte_vector bytes_;
    std::vector<std::string> columns_;
    std::vector<extent> begins_;  ///< [row][column]
    extent width_ = 1;
    char separator_ = ',';
};

/// Takes the content of a table; `file` is its name in errors. All of it is checked here: what is read later is there.
///
///     text      UTF-8, with a byte order mark or without; lines end with LF or CRLF, the last one may do without
///     fields    in quotes they hold anything, line breaks and separators too, and "" is one quote; spaces count
///     rows      all of one length; empty lines at the end of a file of several columns are passed over (in a single
///               column they are rows, with an empty field)
///     refuses   with wrong_format bytes of value 0 and UTF-16; with truncated quotes that are not closed; with corrupt
///               what is not UTF-8, a quote inside a field without quotes, anything between a closing quote and the
///               separator, a carriage return alone outside quotes, rows of another length, two columns of one name
///               (nameless ones aside) and a file without a row; with too_large more columns or bytes than the options
///               allow, before memory is taken; with invalid_argument a separator that cannot be one
[[nodiscard]] inline result<csv_file> parse_csv(byte_vector bytes, const std::string& file = {},
                                                const csv_options& options = {}) {
    return detail::catch_out_of_memory(file, [&]() -> result<csv_file> {
        const char s = options.separator;
        if (s == '"' || s == '\n' || s == '\r' || s == '\0' || static_cast<unsigned char>(s) > 0x7E)
            return error(error_kind::invalid_argument, file,
                         "a separator is one ASCII character, no quote or line break");
        if (error failed = detail::check_csv_text(bytes, file)) return failed;

        detail::csv_size size;
        if (error failed = detail::measure_csv(bytes, file, s, options.most_columns, size)) return failed;
        std::int64_t needed = 0;
        if (!checked_bytes({size.fields}, sizeof(extent), needed) ||
            !checked_add(needed, static_cast<std::int64_t>(bytes.size()), needed) || needed > options.budget)
            return error(error_kind::too_large, file,
                         "has " + std::to_string(size.fields) + " fields in " + std::to_string(bytes.size()) +
                             " bytes; with 8 bytes a field that is beyond the budget of " +
                             std::to_string(options.budget));
        csv_file table;
        table.file_ = file;
        table.width_ = size.width;
        table.separator_ = s;
        table.begins_.reserve(static_cast<std::size_t>(options.heading ? size.fields - size.width : size.fields));
        std::vector<extent> heading;
        extent at = detail::csv_start(bytes);
        for (extent i = 0; i < size.fields; ++i) {
            detail::csv_field field;
            (void)detail::scan_csv_field(bytes, at, s, field);  // measured above
            if (options.heading && i < size.width) {
                heading.push_back(at);
                table.columns_.push_back(detail::csv_text(bytes, field));
            } else {
                table.begins_.push_back(at);
            }
            at = field.next;
        }
        const std::string* last = nullptr;
        for (const extent i : detail::sorted_places(table.columns_, [](auto&x, auto&y) { return x < y; })) {
            const std::string& name = table.columns_[static_cast<std::size_t>(i)];
            const extent place = heading[static_cast<std::size_t>(i)];
            if (last != nullptr && !name.empty() && name == *last)
                return error(error_kind::corrupt, file, place,
                             "a second column '" + name + "' in " + detail::csv_place(bytes, place),
                             "names that are different");
            last = &name;
        }
        table.bytes_ = std::move(bytes);
        return table;
    });
}

/// Reads a table; see parse_csv() and read_file().
///
///     const auto table = ctnn::read_csv("boxes.csv");
///     const auto boxes = table->numbers<float>({"x", "y", "width", "height"});
[[nodiscard]] inline result<csv_file> read_csv(const std::string& path, const csv_options& options = {}) {
    return detail::catch_out_of_memory(path, [&]() -> result<csv_file> {
        result<byte_vector> bytes = read_file(path, options.budget);
        if (!bytes) return bytes.error();
        return parse_csv(std::move(*bytes), path, options);
    });
}

}  // namespace ctnn
