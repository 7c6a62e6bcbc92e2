// SPDX-License-Identifier: MIT
/// \file
/// Tables: what is in the file comes out, and what is wrong is told with its line and column.
#include <doctest/doctest.h>

#include <cmath>
#include <ctnn/io/csv.hpp>
#include <ctnn/report/csv.hpp>
#include <limits>

#include "temporary_folder.hpp"

using namespace ctnn;

namespace {

result<csv_file> parsed(const std::string& text, const csv_options& options = {}) {
    return parse_csv(byte_vector(text.begin(), text.end()), "t.csv", options);
}
std::string message_of(const std::string& text, error_kind kind, const csv_options& options = {}) {
    const result<csv_file> table = parsed(text, options);
    CHECK(table.error().kind() == kind);
    return table.error().message();
}
using row_of_texts = std::vector<std::string>;
std::vector<row_of_texts> all_rows(const csv_file& table) {
    std::vector<row_of_texts> rows;
    for (extent r = 0; r < table.rows(); ++r) {
        rows.emplace_back();
        for (extent c = 0; c < table.width(); ++c) rows.back().push_back(table.text(r, c));
    }
    return rows;
}
/// The only field of a table of one field, as a number.
template <class Number>
result<Number> field_as(const std::string& text) {
    const result<csv_file> table = parsed(text, {.heading = false});
    REQUIRE(table);
    return table->number<Number>(0, 0);
}
template <class Number>
std::string no_number(const std::string& text) {
    const result<Number> read = field_as<Number>(text);
    CHECK(read.error().kind() == error_kind::corrupt);
    return read.error().message();
}

}  // namespace

TEST_CASE("a table is the same with LF, CRLF, a byte order mark, and without its last line break") {
    const std::vector<row_of_texts> expected{{"a.png", "0"}, {"b.png", "1"}};
    for (const std::string mark : {"", "\xEF\xBB\xBF"})
        for (const std::string line : {"\n", "\r\n"})
            for (const std::string& last : {std::string(), line, line + line + line}) {
                const auto table = parsed(mark + "path,label" + line + "a.png,0" + line + "b.png,1" + last);
                REQUIRE_MESSAGE(table, table.error().message());
                CHECK(table->columns() == row_of_texts{"path", "label"});
                CHECK(table->width() == 2);
                CHECK(all_rows(*table) == expected);
            }
}

TEST_CASE("quoted fields hold separators, quotes and line breaks; spaces and empty fields are kept") {
    const auto table = parsed("\"na\"\"me\",note\n\"a,b\",\"two\r\nlines\"\n\"\"\"\", x \n,\"\"\nä,\"ö\n\"\n");
    REQUIRE_MESSAGE(table, table.error().message());
    CHECK(table->columns() == row_of_texts{"na\"me", "note"});
    CHECK(all_rows(*table) ==
          std::vector<row_of_texts>{{"a,b", "two\r\nlines"}, {"\"", " x "}, {"", ""}, {"ä", "ö\n"}});
}

TEST_CASE("a heading may stand alone, a separator may end a file, and a column may have empty rows") {
    CHECK(parsed("a,b\n")->rows() == 0);
    CHECK(parsed("a,b")->rows() == 0);
    CHECK(all_rows(*parsed("a,b\n1,")) == std::vector<row_of_texts>{{"1", ""}});
    CHECK(all_rows(*parsed("a\n\n1\n\n")) == std::vector<row_of_texts>{{""}, {"1"}, {""}});
    CHECK(all_rows(*parsed("\n", {.heading = false})) == std::vector<row_of_texts>{{""}});
    CHECK(all_rows(*parsed("\"\"", {.heading = false})) == std::vector<row_of_texts>{{""}});
}

TEST_CASE("other separators, and tables without a heading") {
    CHECK(all_rows(*parsed("1;2,5\n3;4\n", {.separator = ';', .heading = false})) ==
          std::vector<row_of_texts>{{"1", "2,5"}, {"3", "4"}});
    CHECK(all_rows(*parsed("x\ty\n1\t2\n", {.separator = '\t'})) == std::vector<row_of_texts>{{"1", "2"}});
    CHECK(parsed("1,2\n", {.heading = false})->columns().empty());
    for (const char wrong : {'"', '\n', '\r', '\0', '\xE4', '\x7F'})
        message_of("a\n", error_kind::invalid_argument, {.separator = wrong});
}

TEST_CASE("what is no table is refused with its line and column") {
    CHECK(message_of("", error_kind::corrupt) == "t.csv: at byte 0: found an empty file, expected a row");
    CHECK(message_of("\xEF\xBB\xBF", error_kind::corrupt).find("an empty file") != std::string::npos);
    CHECK(message_of("a,b\n1,2\n3\n4,5\n", error_kind::corrupt) ==
          "t.csv: at byte 8: found 1 fields up to line 3, column 1, expected 2 fields as in the first line");
    CHECK(message_of("a,b\n1,2,3\n", error_kind::corrupt) ==
          "t.csv: at byte 8: found one field more in line 2, column 5, expected 2 fields as in the first line");
    CHECK(message_of("a,b\n\n1,2\n", error_kind::corrupt).find("line 2, column 1") != std::string::npos);
    CHECK(message_of("a,b\n\"x\ny\",ä\"\n", error_kind::corrupt) ==
          "t.csv: at byte 12: found a quote inside a field without quotes in line 3, column 5, expected a separator or "
          "the end of the line");
    CHECK(message_of("a,b\n1,\"2\" \n", error_kind::corrupt).find("text behind closing quotes in line 2, column 6") !=
          std::string::npos);
    CHECK(message_of("a,b\n1,\"2\n3,4\n", error_kind::truncated) ==
          "t.csv: at byte 6: found quotes that are not closed in line 2, column 3, expected a closing quote before the "
          "end of the file");
    CHECK(message_of("a,b\r1,2\r", error_kind::corrupt)
              .find("a carriage return without a line feed in line 1, column 4") != std::string::npos);
    CHECK(message_of("\"a\"\r1", error_kind::corrupt).find("carriage return") != std::string::npos);
    CHECK(message_of("a,b,a\n", error_kind::corrupt) ==
          "t.csv: at byte 4: found a second column 'a' in line 1, column 5, expected names that are different");
    CHECK(parsed(",,x\n1,2,3\n")->width() == 3);
}

TEST_CASE("what is no text in UTF-8 is refused") {
    using namespace std::string_literals;
    CHECK(message_of("a,b\n1,\0\n"s, error_kind::wrong_format) ==
          "t.csv: at byte 6: found a byte of value 0 in line 2, column 3, expected a table as text");
    for (const std::string& text : {"\xFF\xFE"s + "a\0"s, "\xFE\xFF\0a"s})
        CHECK(message_of(text, error_kind::wrong_format) == "t.csv: at byte 0: found UTF-16, expected UTF-8");
    CHECK(message_of("a\nM\xFCller\n", error_kind::corrupt) ==
          "t.csv: at byte 3: found what is no UTF-8 in line 2, column 2, expected a character in UTF-8");
    for (const char* wrong :
         {"\xC0\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xE4\xB8", "\x80", "\xF8\x88\x80\x80\x80"})
        message_of(wrong, error_kind::corrupt);
}

TEST_CASE("numbers are exact, and what is none is refused with its place") {
    CHECK(*field_as<std::int64_t>("-9223372036854775808") == std::numeric_limits<std::int64_t>::min());
    CHECK(*field_as<std::uint8_t>("255") == 255);
    CHECK(*field_as<std::int32_t>("\" 7\t\"") == 7);
    CHECK(*field_as<double>("0.1") == 0.1);
    CHECK(*field_as<float>("0.1") == 0.1f);
    CHECK(*field_as<float>("16777217.0000001") == 16777218.0f);  // through double it would be 16777216
    CHECK(*field_as<double>("4.9406564584124654e-324") == std::numeric_limits<double>::denorm_min());
    CHECK(std::isnan(*field_as<double>("nan")));
    CHECK(*field_as<float>("-inf") == -std::numeric_limits<float>::infinity());

    for (const char* none : {"3 mm", "1,5", "+1", "0x10", "\"\"", " ", "1e", "--1", "1 2"})
        CHECK(no_number<double>("\"" + std::string(none) + "\"").find("expected a number") != std::string::npos);
    CHECK(no_number<std::int32_t>("1.0").find("found '1.0' in line 1, column 1, expected a whole number") !=
          std::string::npos);
    CHECK(no_number<std::uint8_t>("-1").find("expected a whole number from 0") != std::string::npos);
    CHECK(no_number<std::uint8_t>("256").find("expected a number in the range of its type") != std::string::npos);
    CHECK(no_number<float>("1e39").find("range of its type") != std::string::npos);
    CHECK(no_number<std::int32_t>("\"a\nb\x1B[2J\"").find("found 'a b [2J' in") != std::string::npos);
    const std::string long_text = no_number<std::int32_t>(std::string(35, 'x') + "ääääää");
    CHECK(long_text.find(std::string(35, 'x') + "ä...'") != std::string::npos);
}

TEST_CASE("columns are found by name and read as boxes, a whole table as signals") {
    const auto table = parsed("file,x,y\na,1,2.5\nb,-3,1e3\n");
    REQUIRE(table);
    CHECK(*table->column("y") == 2);
    CHECK(table->column("z").error().message() == "t.csv: has no column z; it has file, x, y");
    CHECK(*table->numbers<float>({"y", "x"}) == std::vector<float>{2.5f, 1, 1000, -3});
    CHECK(table->numbers<std::int32_t>({"x", "y"}).error().message() ==
          "t.csv: at byte 13: found '2.5' in line 2, column 5, expected a whole number");
    CHECK(table->numbers<float>({"x", "width"}).error().kind() == error_kind::invalid_argument);
    CHECK(table->numbers<float>().error().message().find("found 'a' in line 2, column 1") != std::string::npos);
    const auto signal = parsed("0.5, 1\n-2,3\n", {.heading = false});
    REQUIRE(signal);
    CHECK(*signal->numbers<double>() == std::vector<double>{0.5, 1, -2, 3});
    CHECK(signal->column("x").error().message().find("it has no heading") != std::string::npos);
}

TEST_CASE("budgets are held before memory is taken") {
    CHECK(message_of("1,2,3,4\n", error_kind::too_large, {.most_columns = 3}).find("more than 3 fields in line 1") !=
          std::string::npos);
    CHECK(
        message_of(std::string(1000, ','), error_kind::too_large, {.budget = 9000}).find("1001 fields in 1000 bytes") !=
        std::string::npos);
    CHECK(parsed(std::string(1000, ','), {.heading = false, .budget = 9008}));
    const temporary_folder folder;
    REQUIRE_FALSE(write_file(folder / "t.csv", byte_vector(100, 'x')));
    CHECK(read_csv(folder / "t.csv", {.budget = 99}).error().kind() == error_kind::too_large);
    CHECK(read_csv(folder / "missing.csv").error().kind() == error_kind::cannot_open);
    CHECK(read_csv(folder.path().string()).error().kind() == error_kind::cannot_open);
}

TEST_CASE("what the writer writes reads back") {
    const std::vector<row_of_texts> rows{{"a", "b,\"c\"", ""},
                                         {"1", "line\r\nbreak", "\""},
                                         {to_text(0.1f), to_text(1e-300), to_text(-0.0)},
                                         {"\n", "\r", ","},
                                         {"", "", ""}};
    csv_table written(rows[0]);
    for (std::size_t r = 1; r < rows.size(); ++r) written.add(rows[r]);
    const temporary_folder folder;
    REQUIRE_FALSE(written.write(folder / "t.csv"));
    const auto read = read_csv(folder / "t.csv", {.heading = false});
    REQUIRE_MESSAGE(read, read.error().message());
    CHECK(all_rows(*read) == rows);
    CHECK(*read->number<float>(2, 0) == 0.1f);
    CHECK(*read->number<double>(2, 1) == 1e-300);
    CHECK(std::signbit(*read->number<double>(2, 2)));

    csv_table narrow({""});
    narrow.add({"x"});
    narrow.add({""});
    REQUIRE_FALSE(narrow.write(folder / "narrow.csv"));
    CHECK(all_rows(*read_csv(folder / "narrow.csv", {.heading = false})) ==
          std::vector<row_of_texts>{{""}, {"x"}, {""}});
}

TEST_CASE("a table cut anywhere, or with any byte changed, is read or refused, never read beyond its end") {
    const std::string text = "\xEF\xBB\xBFpath,\"no\"\"te\",n\r\n\"a\r\nb\",ä,1.5\r\nc,\"\",-2\r\n";
    int refusals = 0, reads = 0;
    const auto use = [&](const std::string& changed) {
        const auto table = parsed(changed);
        if (!table) {
            ++refusals;
            CHECK(table.error().offset() <= static_cast<std::int64_t>(changed.size()));
            return;
        }
        ++reads;
        std::size_t bytes = 0;
        for (extent r = 0; r < table->rows(); ++r)
            for (extent c = 0; c < table->width(); ++c) {
                bytes += table->text(r, c).size();
                (void)table->number<double>(r, c);
            }
        CHECK(bytes <= changed.size());
    };
    for (std::size_t size = 0; size < text.size(); ++size) use(text.substr(0, size));
    for (std::size_t at = 0; at < text.size(); ++at)
        for (int value = 0; value < 256; ++value) {
            std::string changed = text;
            changed[at] = static_cast<char>(static_cast<unsigned char>(value));
            use(changed);
        }
    MESSAGE(refusals, " refused, ", reads, " read");
    CHECK(refusals > 1000);
    CHECK(reads > 1000);
}
