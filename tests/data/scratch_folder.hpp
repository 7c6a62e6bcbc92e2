// SPDX-License-Identifier: MIT
/// \file
/// A folder for the files of one test, gone when the test ends.
#pragma once

#include <unistd.h>
#include <ctnn/io/picture.hpp>
#include <filesystem>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

class scratch_folder {
public:
    explicit scratch_folder(const std::string& name)
        : path_(std::filesystem::temp_directory_path() / ("ctnn_" + name + "_" + std::to_string(::getpid()))) {
        std::filesystem::remove_all(path_);
        std::filesystem::create_directories(path_);
    }
    ~scratch_folder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    scratch_folder(const scratch_folder&) = delete;
    scratch_folder& operator=(const scratch_folder&) = delete;

    /// The path of something inside, whose folder is made.
    [[nodiscard]] std::string at(const std::string& name) const {
        const std::filesystem::path inside = path_ / name;
        std::filesystem::create_directories(inside.parent_path());
        return inside.string();
    }
    [[nodiscard]] std::string path() const { return path_.string(); }

    /// Writes an image in which every pixel has this value.
    void paint(const std::string& name, ctnn::extent height, ctnn::extent width,
               const std::vector<unsigned char>& pixel) const {
        std::vector<unsigned char> pixels;
        for (ctnn::extent i = 0; i < height * width; ++i) pixels.insert(pixels.end(), pixel.begin(), pixel.end());
        if (ctnn::write_png(at(name), pixels.data(), height, width, static_cast<ctnn::extent>(pixel.size())))
            std::abort();
    }
    void write(const std::string& name, const std::string& text) const {
        const ctnn::byte_view bytes(reinterpret_cast<const unsigned char*>(text.data()),
                                    static_cast<ctnn::extent>(text.size()));
        if (ctnn::write_file(at(name), bytes)) std::abort();
    }

private:
    std::filesystem::path path_;
};
