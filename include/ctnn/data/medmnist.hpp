// SPDX-License-Identifier: MIT
/// \file
/// Data sets in MedMNIST's form: one .npz file with images and labels of three splits.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "ctnn/data/image_input.hpp"
#include "ctnn/data/split.hpp"
#include "ctnn/io/npz.hpp"

namespace ctnn {

/// An .npz file whose labels and shapes have been checked; its images are unpacked when a data set is asked for.
///
///     {train,val,test}_images   (N, H, W) gray, or (N, H, W, C) with 1 or 3 channels; bytes (0 to 255), 16-bit
///                               integers (0 to 65535), or floating-point numbers from 0 to 1
///     {train,val,test}_labels   (N) or (N, 1), integers from 0
///
/// https://medmnist.com
struct medmnist_file {
    npz archive;
    std::string file;
    extent height = 0, width = 0, channels = 0;  ///< of the images
    extent classes = 0;                          ///< the largest label of all splits, and one
    std::vector<std::int32_t> train_labels, validation_labels, test_labels;
};

namespace detail {

inline error medmnist_labels(const npz& archive, const std::string& file, const std::string& name,
                             std::vector<std::int32_t>& to) {
    const result<array> read = archive.read(name);
    if (!read) return read.error();
    const std::string place = file + "/" + name;
    const std::size_t rank = read->shape.size();
    if (rank < 1 || rank > 2 || (rank == 2 && read->shape[1] != 1))
        return {error_kind::unsupported, place,
                "one label a sample is read, shape (N) or (N, 1); several labels a sample are not"};
    if (read->type == element_type::f4 || read->type == element_type::f8)
        return {error_kind::unsupported, place,
                std::string("found elements of type ") + element_name(read->type) + ", expected integers"};
    const std::vector<std::int64_t> labels = read->as<std::int64_t>();
    constexpr std::int64_t most = 65535;
    to.clear();
    for (std::size_t i = 0; i < labels.size(); ++i) {
        if (labels[i] < 0 || labels[i] > most)
            return {error_kind::corrupt, place,
                    "sample " + std::to_string(i) + " has the label " + std::to_string(labels[i]) + ", expected 0 to " +
                        std::to_string(most)};
        to.push_back(static_cast<std::int32_t>(labels[i]));
    }
    return {};
}

/// Sample i of an array of images, as values from 0 to 1.
template <image_shape Input, class From, class T>
error medmnist_image(const From* pixels, double maximum, const medmnist_file& from, const input_scaling& scaling,
                     T* to) {
    const extent size = from.height * from.width * from.channels;
    if constexpr (sizeof(From) <= 2) {
        image picture{.height = from.height,
                      .width = from.width,
                      .channels = from.channels,
                      .maximum = static_cast<extent>(maximum),
                      .pixels = std::vector<std::uint16_t>(pixels, pixels + size)};
        write_image_input<Input>(std::move(picture), scaling, to);
    } else {
        float_image picture{from.height, from.width, dims_of<Input>.channels(), {}};
        for (extent i = 0; i < size; i += from.channels) {
            for (extent k = 0; k < from.channels; ++k)
                if (!(pixels[i + k] >= 0 && static_cast<double>(pixels[i + k]) <= maximum))
                    return {error_kind::not_finite, "a pixel is outside 0 to 1"};
            // luma() in floating point; gray is repeated.
            const auto at = [&](extent k) { return static_cast<float>(pixels[i + (from.channels == 3 ? k : 0)]); };
            if (picture.channels == 3)
                for (extent k = 0; k < 3; ++k) picture.values.push_back(at(k));
            else
                picture.values.push_back(from.channels == 1 ? at(0) : 0.299f * at(0) + 0.587f * at(1) + 0.114f * at(2));
        }
        write_values<Input>(picture, scaling, to);
    }
    return {};
}

template <image_shape Input, class From, class T>
error medmnist_images(const array& images, double maximum, const medmnist_file& from, const input_scaling& scaling,
                      dataset<Input, T>& to) {
    const std::vector<From> pixels = images.as<From>();
    const extent size = from.height * from.width * from.channels, n = images.shape[0];
    to.inputs.resize(static_cast<std::size_t>(n * Input::size));
    for (extent i = 0; i < n; ++i) {
        if (error failed = medmnist_image<Input>(pixels.data() + i * size, maximum, from, scaling,
                                                 to.inputs.data() + i * Input::size))
            return {failed.kind(), from.file, "image " + std::to_string(i) + ": " + failed.message()};
    }
    return {};
}

/// Reads and checks the labels of a split and the shape of its images.
inline error medmnist_split(medmnist_file& to, const std::string& name, std::vector<std::int32_t>& labels) {
    if (error failed = medmnist_labels(to.archive, to.file, name + "_labels", labels)) return failed;
    const result<array> images = to.archive.read(name + "_images");
    if (!images) return images.error();
    const std::vector<extent>& shape = images->shape;
    const std::string place = to.file + "/" + name + "_images";
    const bool gray = shape.size() == 3;
    if ((!gray && shape.size() != 4) || (!gray && shape[3] != 1 && shape[3] != 3) || shape[1] < 1 || shape[2] < 1)
        return {error_kind::shape_mismatch, place,
                "images have the shape (N, H, W), or (N, H, W, C) with 1 or 3 channels"};
    if (shape[0] != static_cast<extent>(labels.size()))
        return {error_kind::shape_mismatch, place,
                "holds " + std::to_string(shape[0]) + " images for " + std::to_string(labels.size()) + " labels"};
    const extent channels = gray ? 1 : shape[3];
    if (to.height != 0 && (to.height != shape[1] || to.width != shape[2] || to.channels != channels))
        return {error_kind::shape_mismatch, place, "has images of another size than the other splits"};
    if (images->type != element_type::u1 && images->type != element_type::u2 && images->type != element_type::f4 &&
        images->type != element_type::f8)
        return {error_kind::unsupported, place,
                std::string("found elements of type ") + element_name(images->type) + ", expected u1, u2, f4 or f8"};
    to.height = shape[1];
    to.width = shape[2];
    to.channels = channels;
    for (const std::int32_t label : labels) to.classes = std::max<extent>(to.classes, label + 1);
    return {};
}

}  // namespace detail

/// Opens a file in MedMNIST's form.
///
///     refuses   what read_npz() refuses; a missing array (the message lists those that exist); images and labels of
///               different counts, or splits of different sizes, as shape_mismatch; several labels a sample and other
///               types as unsupported; fewer than two classes and splits without samples as invalid_argument
[[nodiscard]] inline result<medmnist_file> open_medmnist(const std::string& path) {
    result<npz> archive = read_npz(path);
    if (!archive) return archive.error();
    medmnist_file opened{
        .archive = std::move(*archive), .file = path, .train_labels = {}, .validation_labels = {}, .test_labels = {}};
    if (error failed = detail::medmnist_split(opened, "train", opened.train_labels)) return failed;
    if (error failed = detail::medmnist_split(opened, "val", opened.validation_labels)) return failed;
    if (error failed = detail::medmnist_split(opened, "test", opened.test_labels)) return failed;
    if (opened.classes < 2)
        return error(error_kind::invalid_argument, path, "has a single class, expected at least two");
    for (const auto* labels : {&opened.train_labels, &opened.validation_labels, &opened.test_labels})
        if (labels->empty()) return error(error_kind::invalid_argument, path, "has a split without samples");
    return opened;
}

/// Which part of a data set.
enum class split_part : unsigned char { train, validation, test };

/// The samples of one split, resized and gray or color as the network's input says (write_image_input()).
/// Refuses floating-point pixels outside 0 to 1 with not_finite, and what npz::read() refuses.
///
///     auto file = ctnn::open_medmnist("pneumoniamnist.npz");
///     auto train = ctnn::read_medmnist<net::input>(*file, ctnn::split_part::train, {2, -1});
template <image_shape Input, class T = float>
[[nodiscard]] result<dataset<Input, T>> read_medmnist(const medmnist_file& from, split_part part,
                                                      const input_scaling& scaling = {}) {
    const bool train = part == split_part::train, validation = part == split_part::validation;
    dataset<Input, T> data;
    data.labels = train ? from.train_labels : validation ? from.validation_labels : from.test_labels;
    for (extent c = 0; c < from.classes; ++c) data.class_names.push_back(std::to_string(c));
    const result<array> images = from.archive.read(train ? "train_images" : validation ? "val_images" : "test_images");
    if (!images) return images.error();
    error failed;
    switch (images->type) {
        case element_type::u1:
            failed = detail::medmnist_images<Input, std::uint8_t>(*images, 255, from, scaling, data);
            break;
        case element_type::u2:
            failed = detail::medmnist_images<Input, std::uint16_t>(*images, 65535, from, scaling, data);
            break;
        default:
            failed = detail::medmnist_images<Input, double>(*images, 1, from, scaling, data);
    }
    if (failed) return failed;
    return data;
}

}  // namespace ctnn
