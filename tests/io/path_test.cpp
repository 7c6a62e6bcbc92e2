// SPDX-License-Identifier: MIT
/// \file
/// Paths as texts, compared with what <filesystem> makes of them.
#include <doctest/doctest.h>

#include <sys/stat.h>
#include <ctnn/io/file.hpp>
#include <ctnn/io/folder.hpp>
#include <ctnn/io/path.hpp>
#include <filesystem>

#include "temporary_folder.hpp"

namespace {

namespace fs = std::filesystem;
using namespace ctnn::detail;

/// Every text of up to six of these, 5461 of them.
std::vector<std::string> paths() {
    std::vector<std::string> all{""};
    for (std::size_t at = 0; all[at].size() < 6; ++at)
        for (const char c : {'/', '.', 'a', 'b'}) all.push_back(all[at] + c);
    return all;
}

TEST_CASE("folder, name and the normal form of a path are those of the standard library") {
    for (const std::string& text : paths()) {
        if (text.size() > 1 && text[0] == '/' && text[1] == '/') continue;  // a name of a network in the standard
        const fs::path path(text);
        CAPTURE(text);
        CHECK(name_of(text) == path.filename().string());
        CHECK(is_absolute(text) == path.is_absolute());
        std::string normal = text.empty() ? "." : path.lexically_normal().string();
        if (normal.size() > 1 && normal.back() == '/') normal.pop_back();
        CHECK(normal_path(text) == normal);
    }
    CHECK(folder_of("a/b/c") == "a/b");
    CHECK(folder_of("a") == ".");
    CHECK(folder_of("/a") == "/");
    CHECK(folder_of("") == ".");
}

TEST_CASE("a path is given from a folder, unless it is absolute") {
    CHECK(path_in("a", "b/c") == "a/b/c");
    CHECK(path_in("a/", "b") == "a/b");
    CHECK(path_in("/", "b") == "/b");
    CHECK(path_in("a", "/b") == "/b");
    CHECK(path_in("", "b") == "b");
}

TEST_CASE("a folder lists files and folders in byte order, and neither pipes, hidden entries nor links to nowhere") {
    const temporary_folder folder;
    for (const char* name : {"b", "a", ".hidden", "B"})
        REQUIRE_FALSE(ctnn::write_file(folder / name, ctnn::byte_view(nullptr, 0)));
    for (const char* name : {"z", "y", ".x"}) fs::create_directory(folder / name);
    REQUIRE(::mkfifo((folder / "pipe").c_str(), 0600) == 0);
    fs::create_symlink("nowhere", folder / "gone");
    fs::create_symlink("loop", folder / "loop");
    fs::create_directory_symlink("y", folder / "to-y");
    std::vector<std::string> folders{"first"}, files;
    REQUIRE_FALSE(list_folder(folder.path().string(), folders, files, true));
    CHECK(files == std::vector<std::string>{folder / "B", folder / "a", folder / "b"});
    CHECK(folders == std::vector<std::string>{"first", folder / "to-y", folder / "y", folder / "z"});
    folders.clear();
    REQUIRE_FALSE(list_folder(folder.path().string(), folders, files, false));
    CHECK(folders == std::vector<std::string>{folder / "y", folder / "z"});
    CHECK(is_folder(folder / "to-y"));
    CHECK_FALSE(is_folder(folder / "a"));

    const ctnn::error none = list_folder(folder / "none", folders, files, true);
    CHECK(none.kind() == ctnn::error_kind::cannot_open);
    CHECK(none.file() == folder / "none");
    CHECK(list_folder(folder / "a", folders, files, true).message().find("cannot be listed") != std::string::npos);
}

}  // namespace
