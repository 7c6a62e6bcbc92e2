// SPDX-License-Identifier: MIT
/// \file
/// Reads the golden archives of tests/golden and compares images with them.
#pragma once

#include <doctest/doctest.h>

#include <cmath>
#include <ctnn/data/preprocess/pixel_view.hpp>
#include <ctnn/io/npz.hpp>
#include <string>
#include <vector>

/// Pixels in memory of their own.
template <class T>
struct pixel_block {
    ctnn::pixel_extents extents;
    std::vector<T> values;

    explicit pixel_block(const ctnn::pixel_extents& of) : extents(of), values(static_cast<std::size_t>(of.size())) {}
    pixel_block(const ctnn::pixel_extents& of, std::vector<T> all) : extents(of), values(std::move(all)) {}
    operator ctnn::pixel_view<T>() { return {extents, values.data()}; }
    operator ctnn::pixel_view<const T>() const { return {extents, values.data()}; }
};
using image_block = pixel_block<float>;
using mask_block = pixel_block<std::int32_t>;

/// The archive tests/golden/<name>.npz.
class golden_archive {
public:
    explicit golden_archive(const std::string& name) : file_(open(name)) {}

    /// An array of two axes is (height, width), of three (depth, height, width), of four has channels last.
    template <class T>
    [[nodiscard]] pixel_block<T> read(const std::string& name) const {
        const auto found = file_->read(name);
        INFO(name);
        REQUIRE(found);
        std::vector<ctnn::extent> shape = found->shape;
        if (shape.size() == 2) shape.insert(shape.begin(), 1);
        if (shape.size() == 3) shape.push_back(1);
        return {{shape[0], shape[1], shape[2], shape[3]}, found->template as<T>()};
    }

private:
    static ctnn::result<ctnn::npz> open(const std::string& name) {
        const std::string here = __FILE__;
        auto file = ctnn::read_npz(here.substr(0, here.rfind("data/")) + "golden/" + name + ".npz");
        REQUIRE(file);
        return file;
    }
    ctnn::result<ctnn::npz> file_;
};

/// The largest difference between an image and what it should be.
inline double largest_difference(const image_block& found, const image_block& expected) {
    REQUIRE(found.extents == expected.extents);
    double largest = 0;
    for (std::size_t i = 0; i < found.values.size(); ++i)
        largest = std::fmax(largest,
                            std::fabs(static_cast<double>(found.values[i]) - static_cast<double>(expected.values[i])));
    return largest;
}
