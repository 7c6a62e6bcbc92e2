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

#include "ctnn/core/out_of_memory.hpp"
#include "ctnn/data/image_input.hpp"
#include "ctnn/data/medmnist_md5.hpp"
#include "ctnn/data/split.hpp"
#include "ctnn/io/md5.hpp"
#include "ctnn/io/npz.hpp"

namespace ctnn {

/// An .npz file whose labels and shapes have been checked; its images are unpacked when a data set is asked for.
///
///     {train,val,test}_images   (N, H, W) gray, or (N, H, W, C) with 1 or 3 channels; volumes (N, D, H, W), whose last
///                               axis is neither 1 nor 3, or (N, D, H, W, C); bytes (0 to 255), 16-bit integers (0 to
///                               65535), or floating-point numbers from 0 to 1
///     {train,val,test}_labels   (N) or (N, 1), integers from 0; or (N, L) of 0 and 1, where a sample may be of several
///                               of L classes
///
/// https://medmnist.com
struct medmnist_file {
    npz archive;
    std::string file;
    extent depth = 0;                            ///< of volumes; 0: images
    extent height = 0, width = 0, channels = 0;  ///< of the images
    extent classes = 0;                          ///< the largest label of all splits, and one; or L
    bool several_labels = false;                 ///< the labels are (N, L)
    std::vector<std::int32_t> train_labels, validation_labels, test_labels;  ///< (N), or (N, L)

    /// Numbers of an image or a volume.
    [[nodiscard]] extent sample_size() const { return (depth > 0 ? depth : 1) * height * width * channels; }
};

/// How a file in MedMNIST's form is opened.
struct medmnist_options {
    std::string md5{};                     ///< 32 hexadecimal digits that the file must have; empty: any
    bool published_md5 = false;            ///< the file must have the sum that medmnist_md5() knows for its name
    std::int64_t budget = default_budget;  ///< bytes of the file, and of what it unpacks to
};

/// Which part of a data set.
enum class split_part : unsigned char { train, validation, test };

namespace detail {

inline error medmnist_labels(const npz& archive, const std::string& file, const std::string& name,
                             std::vector<std::int32_t>& to, extent& columns) {
    const result<array> read = archive.read(name);
    if (!read) return read.error();
    const std::string place = file + "/" + name;
    const std::size_t rank = read->shape.size();
    if (rank < 1 || rank > 2 || (rank == 2 && read->shape[1] < 1))
        return {error_kind::unsupported, place, "labels have the shape (N), (N, 1) or (N, L)"};
    columns = rank == 2 ? read->shape[1] : 1;
    if (read->type == element_type::f4 || read->type == element_type::f8)
        return {error_kind::unsupported, place,
                std::string("found elements of type ") + element_name(read->type) + ", expected integers"};
    const std::vector<std::int64_t> labels = read->as<std::int64_t>();
    const std::int64_t most = columns > 1 ? 1 : 65535;
    to.clear();
    for (std::size_t i = 0; i < labels.size(); ++i) {
        if (labels[i] < 0 || labels[i] > most)
            return {error_kind::corrupt, place,
                    "sample " + std::to_string(i / static_cast<std::size_t>(columns)) + " has the label " +
                        std::to_string(labels[i]) + ", expected 0 to " + std::to_string(most)};
        to.push_back(static_cast<std::int32_t>(labels[i]));
    }
    return {};
}

/// Sample i of an array of images, as values from 0 to 1.
template <image_shape Input, class From, class T>
error medmnist_image(const From* pixels, double maximum, const medmnist_file& from, const input_scaling& scaling,
                     const pipeline& preprocessing, T* to) {
    const extent size = from.height * from.width * from.channels;
    if constexpr (sizeof(From) <= 2) {
        image picture{.height = from.height,
                      .width = from.width,
                      .channels = from.channels,
                      .maximum = static_cast<extent>(maximum),
                      .pixels = std::vector<std::uint16_t>(pixels, pixels + size)};
        return write_image_input<Input>(std::move(picture), scaling, to, preprocessing);
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
        return write_values<Input>(std::move(picture), scaling, preprocessing, to);
    }
}

template <image_shape Input, class From, class T>
error medmnist_images(const array& images, double maximum, const medmnist_file& from, const input_scaling& scaling,
                      const pipeline& preprocessing, dataset<Input, T>& to) {
    const std::vector<From> pixels = images.as<From>();
    const extent size = from.height * from.width * from.channels, n = images.shape[0];
    to.inputs.resize(static_cast<std::size_t>(n * Input::size));
    for (extent i = 0; i < n; ++i) {
        if (error failed = medmnist_image<Input>(pixels.data() + i * size, maximum, from, scaling, preprocessing,
                                                 to.inputs.data() + i * Input::size))
            return {failed.kind(), from.file, "image " + std::to_string(i) + ": " + failed.message()};
    }
    return {};
}

/// Holds the file against the sums that the options name.
inline error check_medmnist_md5(const std::string& path, byte_view bytes, const medmnist_options& options) {
    if (options.md5.empty() && !options.published_md5) return {};
    const std::string found = md5(bytes);
    const auto differs = [&](const std::string& expected) {
        return error(error_kind::corrupt, path, -1, "a file with the MD5 " + found, expected);
    };
    if (!options.md5.empty() && found != options.md5) return differs(options.md5);
    if (!options.published_md5) return {};
    const std::size_t slash = path.find_last_of("/\\");
    const std::string name = path.substr(slash == std::string::npos ? 0 : slash + 1);
    const char* published = medmnist_md5(name);
    if (published == nullptr)
        return {error_kind::invalid_argument, path, "no MD5 is known for a file of this name; give it as md5"};
    return found == published ? error{} : differs(published);
}

/// Labels and class names of one part.
template <static_shape Input, class T>
void set_medmnist_labels(const medmnist_file& from, split_part part, dataset<Input, T>& to) {
    const std::vector<std::int32_t>& labels = part == split_part::train        ? from.train_labels
                                              : part == split_part::validation ? from.validation_labels
                                                                               : from.test_labels;
    if (from.several_labels)
        to.values.assign(labels.begin(), labels.end());
    else
        to.labels = labels;
    for (extent c = 0; c < from.classes; ++c) to.class_names.push_back(std::to_string(c));
}

/// The images of one part.
inline result<array> medmnist_array(const medmnist_file& from, split_part part) {
    return from.archive.read(part == split_part::train        ? "train_images"
                             : part == split_part::validation ? "val_images"
                                                              : "test_images");
}

/// Reads and checks the labels of a split and the shape of its images.
inline error medmnist_split(medmnist_file& to, const std::string& name, std::vector<std::int32_t>& labels) {
    extent columns = 1;
    if (error failed = medmnist_labels(to.archive, to.file, name + "_labels", labels, columns)) return failed;
    const result<array> images = to.archive.read(name + "_images");
    if (!images) return images.error();
    const std::vector<extent>& shape = images->shape;
    const std::string place = to.file + "/" + name + "_images";
    const std::size_t rank = shape.size();
    const bool channels_last = rank >= 4 && (shape.back() == 1 || shape.back() == 3);
    const std::size_t axes = rank - (channels_last ? 2 : 1);  // without samples and channels
    bool empty = rank < 3 || axes < 2 || axes > 3;
    for (std::size_t i = 1; i < rank; ++i) empty = empty || shape[i] < 1;
    if (empty)
        return {error_kind::shape_mismatch, place,
                "images have the shape (N, H, W), volumes (N, D, H, W), with 1 or 3 channels behind or without"};
    const extent count = static_cast<extent>(labels.size()) / columns;
    if (shape[0] != count)
        return {error_kind::shape_mismatch, place,
                "holds " + std::to_string(shape[0]) + " images for " + std::to_string(count) + " labels"};
    const extent depth = axes == 3 ? shape[1] : 0, height = shape[axes - 1], width = shape[axes],
                 channels = channels_last ? shape.back() : 1;
    const bool other =
        to.height != 0 && (to.depth != depth || to.height != height || to.width != width || to.channels != channels);
    if (other) return {error_kind::shape_mismatch, place, "has images of another size than the other splits"};
    if (to.height != 0 && (to.several_labels != (columns > 1) || (columns > 1 && to.classes != columns)))
        return {error_kind::shape_mismatch, place, "has another number of labels a sample than the other splits"};
    if (images->type != element_type::u1 && images->type != element_type::u2 && images->type != element_type::f4 &&
        images->type != element_type::f8)
        return {error_kind::unsupported, place,
                std::string("found elements of type ") + element_name(images->type) + ", expected u1, u2, f4 or f8"};
    to.depth = depth;
    to.height = height;
    to.width = width;
    to.channels = channels;
    to.several_labels = columns > 1;
    if (to.several_labels) to.classes = columns;
    for (const std::int32_t label : labels) to.classes = std::max<extent>(to.classes, label + 1);
    return {};
}

}  // namespace detail

/// Opens a file in MedMNIST's form.
///
///     refuses   what read_npz() refuses; another MD5 than asked for as corrupt, before anything is looked at; a
///               missing array (the message lists those that exist); images and labels of different counts, or splits
///               of different sizes, as shape_mismatch; other types as unsupported; fewer than two classes, splits
///               without samples, and a name without a known MD5 where the published one is asked for, as
///               invalid_argument
///
///     auto file = ctnn::open_medmnist("organmnist3d.npz", {.published_md5 = true});
[[nodiscard]] inline result<medmnist_file> open_medmnist(const std::string& path,
                                                         const medmnist_options& options = {}) {
    return detail::catch_out_of_memory(path, [&]() -> result<medmnist_file> {
        result<byte_vector> bytes = read_file(path, options.budget);
        if (!bytes) return bytes.error();
        if (error failed = detail::check_medmnist_md5(path, *bytes, options)) return failed;
        result<npz> archive = parse_npz(std::move(*bytes), path, options.budget);
        if (!archive) return archive.error();
        medmnist_file opened{.archive = std::move(*archive),
                             .file = path,
                             .train_labels = {},
                             .validation_labels = {},
                             .test_labels = {}};
        if (error failed = detail::medmnist_split(opened, "train", opened.train_labels)) return failed;
        if (error failed = detail::medmnist_split(opened, "val", opened.validation_labels)) return failed;
        if (error failed = detail::medmnist_split(opened, "test", opened.test_labels)) return failed;
        if (opened.classes < 2)
            return error(error_kind::invalid_argument, path, "has a single class, expected at least two");
        for (const auto* labels : {&opened.train_labels, &opened.validation_labels, &opened.test_labels})
            if (labels->empty()) return error(error_kind::invalid_argument, path, "has a split without samples");
        return opened;
    });
}

/// The samples of one split, resized and gray or color as the network's input says (write_image_input()), after the
/// pipeline has been done to their pixels from 0 to 1. Where a sample may be of several classes, values are 1 or 0 for
/// each and labels are empty. Refuses volumes with shape_mismatch, floating-point pixels outside 0 to 1 with
/// not_finite, and what apply() and npz::read() refuse.
///
///     auto file = ctnn::open_medmnist("pneumoniamnist.npz");
///     auto train = ctnn::read_medmnist<net::input>(*file, ctnn::split_part::train, {2, -1});
template <image_shape Input, class T = float>
[[nodiscard]] result<dataset<Input, T>> read_medmnist(const medmnist_file& from, split_part part,
                                                      const input_scaling& scaling = {},
                                                      const pipeline& preprocessing = {}) {
    return detail::catch_out_of_memory(from.file, [&]() -> result<dataset<Input, T>> {
        if (from.depth > 0)
            return error(error_kind::shape_mismatch, from.file, "holds volumes, where the network takes images");
        dataset<Input, T> data;
        detail::set_medmnist_labels(from, part, data);
        const result<array> images = detail::medmnist_array(from, part);
        if (!images) return images.error();
        error failed;
        switch (images->type) {
            case element_type::u1:
                failed = detail::medmnist_images<Input, std::uint8_t>(*images, 255, from, scaling, preprocessing, data);
                break;
            case element_type::u2:
                failed =
                    detail::medmnist_images<Input, std::uint16_t>(*images, 65535, from, scaling, preprocessing, data);
                break;
            default:
                failed = detail::medmnist_images<Input, double>(*images, 1, from, scaling, preprocessing, data);
        }
        if (failed) return failed;
        return data;
    });
}

}  // namespace ctnn
