// SPDX-License-Identifier: MIT
/// \file
/// Tables of files: classes, groups and parts, and what is wrong with its line and column.
#include <doctest/doctest.h>

#include <ctnn/data/file_index.hpp>
#include <ctnn/data/image_folder.hpp>

#include "scratch_folder.hpp"

using namespace ctnn;
using names = std::vector<std::string>;

namespace {
result<file_index> indexed(const scratch_folder& folder, const std::string& text, const index_options& options = {}) {
    folder.write("index.csv", text);
    return read_index(folder.at("index.csv"), options);
}
std::string message_of(const scratch_folder& folder, const std::string& text, error_kind kind,
                       const index_options& options = {}) {
    const auto index = indexed(folder, text, options);
    CHECK(index.error().kind() == kind);
    return index.error().message();
}
}  // namespace

TEST_CASE("an index gives files from its own folder, classes, patients and parts") {
    const scratch_folder folder("index");
    const auto index = indexed(folder,
                               "part,path,label,patient\n"
                               "train,scans/b.png,ill,anna\nval,./a.png,healthy,bert\n"
                               "test,\"c, d.png\",ill,carl\nvalidation,/data/e.png,ill,bert\n",
                               {.group = "patient", .part = "part"});
    REQUIRE_MESSAGE(index, index.error().message());
    const class_listing& listing = index->listing;
    CHECK(listing.class_names == names{"healthy", "ill"});
    CHECK(listing.labels == std::vector<std::int32_t>{1, 0, 1, 1});
    CHECK(listing.files ==
          names{folder.path() + "/scans/b.png", folder.path() + "/a.png", folder.path() + "/c, d.png", "/data/e.png"});
    CHECK(listing.groups == names{"anna", "bert", "carl", "bert"});
    CHECK(index->parts.train == std::vector<extent>{0});
    CHECK(index->parts.validation == std::vector<extent>{1, 3});
    CHECK(index->parts.test == std::vector<extent>{2});
    const class_listing_splits parts = divide(listing, index->parts);
    CHECK(parts.validation.groups == names{"bert", "bert"});
    CHECK(parts.validation.labels == std::vector<std::int32_t>{0, 1});
}

TEST_CASE("classes that are numbers are ordered as numbers, others by bytes, or as the caller says") {
    const scratch_folder folder("index_classes");
    CHECK(indexed(folder, "path,label\na,10\nb,9\nc,2\n")->listing.class_names == names{"2", "9", "10"});
    CHECK(indexed(folder, "path,label\na,10\nb,9\nc,x\n")->listing.class_names == names{"10", "9", "x"});
    const auto fixed =
        indexed(folder, "file;kind\na;x\n",
                {.path = "file", .labels = {"kind"}, .class_names = {"y", "x"}, .table = {.separator = ';'}});
    REQUIRE(fixed);
    CHECK(fixed->listing.class_names == names{"y", "x"});
    CHECK(fixed->listing.labels == std::vector<std::int32_t>{1});
}

TEST_CASE("several label columns are classes that a file has or has not") {
    const scratch_folder folder("index_multi");
    std::string text = "path,edema,mass\n";
    for (int i = 0; i < 8; ++i) {
        const std::string name = std::to_string(i) + ".png";
        folder.paint(name, 2, 2, {static_cast<unsigned char>(i)});
        text += name + (i % 4 < 2 ? ",0," : ",1,") + (i % 2 == 0 ? "0\n" : "1\n");
    }
    auto index = indexed(folder, text, {.labels = {"edema", "mass"}});
    REQUIRE_MESSAGE(index, index.error().message());
    CHECK(index->listing.class_names == names{"edema", "mass"});
    CHECK(index->listing.labels.empty());
    CHECK(strata(index->listing) == std::vector<std::int32_t>{0, 1, 2, 3, 0, 1, 2, 3});

    folder.write("1.png", "no image");
    std::vector<error> skipped;
    const auto data = read_images<shape<2, 2, 1>>(index->listing, {}, &skipped);
    REQUIRE_MESSAGE(data, data.error().message());
    CHECK(skipped.size() == 1);
    CHECK(data->size() == 7);
    CHECK(data->labels.empty());
    CHECK(data->values == std::vector<float>{0, 0, 1, 0, 1, 1, 0, 0, 0, 1, 1, 0, 1, 1});
    CHECK_FALSE(data->check(0, 2));
    const auto parts = split_listing(index->listing, seed{1}, 0.5, 0);
    REQUIRE(parts);
    CHECK(parts->train.values.size() == 2 * parts->train.files.size());
}

TEST_CASE("what an index must not be is refused with its line and column") {
    const scratch_folder folder("index_refused");
    CHECK(read_index(folder.path() + "/missing.csv").error().kind() == error_kind::cannot_open);
    CHECK(message_of(folder, "path,label\n", error_kind::invalid_argument).find("has no row") != std::string::npos);
    CHECK(message_of(folder, "file,label\na,b\n", error_kind::invalid_argument)
              .find("has no column path; it has file, label") != std::string::npos);
    message_of(folder, "path,x\na,b\n", error_kind::invalid_argument);
    message_of(folder, "path,label\na,b\n", error_kind::invalid_argument, {.group = "patient"});
    message_of(folder, "path,label\na,b\nc,d\n", error_kind::invalid_argument, {.part = "part"});
    message_of(folder, "path,label\na,b\nc,d\n", error_kind::invalid_argument, {.labels = {}});
    CHECK(message_of(folder, "path,label\na,b\nc,b\n", error_kind::invalid_argument).find("fewer than two classes") !=
          std::string::npos);
    CHECK(message_of(folder, "path,label\na,b\n,c\n", error_kind::corrupt)
              .find("found '' in line 3, column 1, expected the path of a file") != std::string::npos);
    CHECK(message_of(folder, "path,label\na,b\nx/../a,c\n", error_kind::corrupt)
              .find("found 'x/../a' in line 3, column 1, expected each file once") != std::string::npos);
    CHECK(message_of(folder, "path,label\na,b\nc,\nd,e\n", error_kind::corrupt)
              .find("found '' in line 3, column 3, expected a class") != std::string::npos);
    CHECK(message_of(folder, "path,label\na,b\nc,d\n", error_kind::corrupt, {.class_names = {"b", "e"}})
              .find("found 'd' in line 3, column 3, expected one of b, e") != std::string::npos);
    CHECK(message_of(folder, "path,label,patient\na,b,\nc,d,e\n", error_kind::corrupt, {.group = "patient"})
              .find("in line 2, column 5, expected the name of a group") != std::string::npos);
    CHECK(message_of(folder, "path,label,part\na,b,train\nc,d,Test\n", error_kind::corrupt, {.part = "part"})
              .find("found 'Test' in line 3, column 5, expected train, val or test") != std::string::npos);
    CHECK(message_of(folder, "path,x,y\na,1,0\nc,2,1\n", error_kind::corrupt, {.labels = {"x", "y"}})
              .find("found '2' in line 3, column 3, expected 0 or 1") != std::string::npos);
    CHECK(message_of(folder, "path,label,who,part\na,x,anna,train\nb,y,anna,test\n", error_kind::invalid_argument,
                     {.group = "who", .part = "part"})
              .find("index.csv: the group 'anna' is in the folds 0 and 2 (train, val, test)") != std::string::npos);
}
