// SPDX-License-Identifier: MIT
/// \file
/// Tables as text.
#include <doctest/doctest.h>

#include <ctnn/report/csv.hpp>
#include <limits>

using namespace ctnn;

TEST_CASE("fields are quoted only where they must be") {
    csv_table table{{"image", "class"}};
    table.add({"a.png", "normal"});
    table.add({"a, b.png", "\"viral\"\nor not"});
    table.add({"", ""});
    CHECK(table.text() == "image,class\r\na.png,normal\r\n\"a, b.png\",\"\"\"viral\"\"\nor not\"\r\n,\r\n");
    CHECK(table.write("/no/such/folder/a.csv").kind() == error_kind::cannot_write);
}

TEST_CASE("numbers read back as the same numbers") {
    CHECK(to_text(0.25) == "0.25");
    CHECK(to_text(0.1f) == "0.1");
    CHECK(to_text(1e-7) == "1e-07");
    CHECK(to_text(std::numeric_limits<double>::quiet_NaN()) == "nan");
}
