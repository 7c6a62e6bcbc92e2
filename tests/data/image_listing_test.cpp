// SPDX-License-Identifier: MIT
/// \file
/// Listing folders of images: order, classes, and everything that can be wrong with them.
#include <doctest/doctest.h>
#include <ctnn/data/image_listing.hpp>

#include "scratch_folder.hpp"

namespace {
std::string name_of(const std::string& file) { return std::filesystem::path(file).filename().string(); }
}  // namespace

TEST_CASE("classes and files are listed in byte order, other files are passed over") {
    const scratch_folder folder("listing");
    for (const char* name : {"b/2.png", "b/10.PNG", "b/deep/3.jpeg", "a/x.bmp", "B/y.pgm"}) folder.write(name, "");
    for (const char* name : {"b/notes.txt", "b/Thumbs.db", "b/.hidden.png", ".git/z.png", "README.md"})
        folder.write(name, "");
    const auto listing = ctnn::list_image_folder(folder.path());
    REQUIRE(listing);
    CHECK(listing->class_names == std::vector<std::string>{"B", "a", "b"});
    REQUIRE(listing->size() == 5);
    CHECK(name_of(listing->files[0]) == "y.pgm");
    CHECK(name_of(listing->files[1]) == "x.bmp");
    CHECK(name_of(listing->files[2]) == "10.PNG");
    CHECK(name_of(listing->files[3]) == "2.png");
    CHECK(name_of(listing->files[4]) == "3.jpeg");
    CHECK(listing->labels == std::vector<std::int32_t>{0, 1, 2, 2, 2});
}

TEST_CASE("a loop of links and a link to nowhere do not stop a listing") {
    const scratch_folder folder("links");
    folder.write("a/1.png", "");
    folder.write("elsewhere/b/2.png", "");
    folder.write("root/c/3.png", "");
    std::filesystem::create_directory_symlink(folder.at("a"), folder.at("root/linked"));
    std::filesystem::create_directory_symlink("..", folder.at("root/c/up"));
    std::filesystem::create_symlink("nowhere.png", folder.at("root/c/gone.png"));
    std::filesystem::create_symlink("3.png", folder.at("root/c/4.png"));
    const auto listing = ctnn::list_image_folder(folder.at("root"));
    REQUIRE(listing);
    CHECK(listing->class_names == std::vector<std::string>{"c", "linked"});
    REQUIRE(listing->size() == 3);
    CHECK(name_of(listing->files[1]) == "4.png");  // a link to a file is a file
    CHECK(name_of(listing->files[2]) == "1.png");
}

TEST_CASE("a folder that is none, has no classes, one class or an empty class is refused with its name") {
    const scratch_folder folder("refused");
    const auto missing = ctnn::list_image_folder(folder.path() + "/missing");
    CHECK(missing.error().kind() == ctnn::error_kind::cannot_open);
    CHECK(missing.error().message().find("missing: cannot be listed: No such file") != std::string::npos);
    folder.write("file", "");
    CHECK(ctnn::list_image_folder(folder.at("file")).error().kind() == ctnn::error_kind::cannot_open);

    std::filesystem::create_directories(folder.at("none/."));
    CHECK(ctnn::list_image_folder(folder.at("none")).error().message().find("found no class folders") !=
          std::string::npos);
    folder.write("one/cat/1.png", "");
    const auto one = ctnn::list_image_folder(folder.at("one"));
    CHECK(one.error().kind() == ctnn::error_kind::invalid_argument);
    CHECK(one.error().message().find(
              "found the single class folder cat, expected a folder for each of at least two classes") !=
          std::string::npos);
    folder.write("one/dog/notes.txt", "");
    CHECK(ctnn::list_image_folder(folder.at("one")).error().message().find("dog: holds no image") != std::string::npos);
}

TEST_CASE("given class names order the classes, and an unknown class is refused") {
    const scratch_folder folder("names");
    for (const char* name : {"a/1.png", "b/1.png"}) folder.write(name, "");
    const auto listing = ctnn::list_image_folder(folder.path(), {"b", "a", "c"});
    REQUIRE(listing);
    CHECK(listing->labels == std::vector<std::int32_t>{1, 0});
    const auto unknown = ctnn::list_image_folder(folder.path(), {"b", "c"});
    CHECK(unknown.error().message().find("a: is no class; the classes are b, c") != std::string::npos);
}

TEST_CASE("a split folder keeps its parts, an unsplit one is split by the seed") {
    const scratch_folder folder("splits");
    for (int i = 0; i < 20; ++i)
        for (const char* c : {"/a/", "/b/"}) {
            const std::string file = c + std::to_string(i) + ".png";
            folder.write("all" + file, "");
            folder.write("parts/train" + file, "");
            folder.write("two/train" + file, "");
        }
    for (const char* c : {"/a/", "/b/"}) {
        folder.write(std::string("parts/valid") + c + "v.png", "");
        folder.write(std::string("parts/test") + c + "t.png", "");
        folder.write(std::string("two/test") + c + "t.png", "");
    }
    const auto all = ctnn::list_image_splits(folder.at("all"), ctnn::seed{1});
    REQUIRE(all);
    CHECK(all->train.size() == 28);
    CHECK(all->validation.size() == 6);
    CHECK(all->test.size() == 6);
    CHECK(all->test.files == ctnn::list_image_splits(folder.at("all"), ctnn::seed{1})->test.files);

    const auto parts = ctnn::list_image_splits(folder.at("parts"), ctnn::seed{1});
    REQUIRE(parts);
    CHECK(parts->train.size() == 40);
    CHECK(parts->validation.size() == 2);
    CHECK(parts->test.size() == 2);

    const auto two = ctnn::list_image_splits(folder.at("two"), ctnn::seed{1});
    REQUIRE(two);
    CHECK(two->train.size() == 34);
    CHECK(two->validation.size() == 6);
    CHECK(two->test.size() == 2);
    std::filesystem::remove_all(folder.at("two/test"));
    CHECK(ctnn::list_image_splits(folder.at("two"), ctnn::seed{1})
              .error()
              .message()
              .find("has a folder train but none that is called test") != std::string::npos);
}
