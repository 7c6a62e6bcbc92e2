// SPDX-License-Identifier: MIT
/// \file
/// Where the samples come from: phantoms, an .npz file, folders or a table of images or volumes, behind one function.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <ctnn/ctnn.hpp>

#include "networks.hpp"
#include "options.hpp"
#include "phantoms.hpp"

namespace classify {

/// Images or volumes that have been found but not yet read, and the network that they need.
struct sample_source {
    std::string description;
    wanted_network wanted;
    std::vector<std::string> class_names;
    std::optional<nn::medmnist_file> archive;         ///< an .npz file
    std::optional<nn::class_listing_splits> listing;  ///< folders or a table; neither: phantoms
    nn::volume_preparation preparation;               ///< of volumes
    nn::pipeline preprocessing;                       ///< of every image or volume before it is scaled
    nn::seed random;
    [[nodiscard]] bool of_volumes() const { return wanted.depth > 0; }
};

inline nn::class_listing& listing_of(sample_source& from, nn::split_part part) {
    return part == nn::split_part::train        ? from.listing->train
           : part == nn::split_part::validation ? from.listing->validation
                                                : from.listing->test;
}

/// Is there a NIfTI file anywhere below a folder?
inline bool holds_volume(const std::string& folder) {
    std::error_code failed;
    for (std::filesystem::recursive_directory_iterator entry(folder, failed), end; !failed && entry != end;
         entry.increment(failed))
        if (!nn::stem_of(entry->path().string(), nn::volume_files).empty()) return true;
    return false;
}

/// 2400 to train on, 400 to choose by, 1000 to test: parts of one series that do not overlap.
inline constexpr nn::extent phantoms_to_train = 2400, phantoms_to_choose = 400, phantoms_to_test = 1000,
                            phantom_side = 64;

/// The files of a table with the columns path and label; patient and part (train, val, test) where it has them.
inline nn::result<nn::class_listing_splits> list_table(const std::string& path, nn::seed random) {
    const auto table = nn::read_csv(path);
    if (!table) return table.error();
    const auto column = [&](const char* name) { return table->column(name) ? std::string(name) : std::string(); };
    const auto index = nn::read_index(path, {.group = column("patient"), .part = column("part")});
    if (!index) return index.error();
    if (column("part").empty()) return nn::split_listing(index->listing, random);
    for (const auto* part : {&index->parts.train, &index->parts.validation, &index->parts.test})
        if (part->empty())
            return nn::error(nn::error_kind::invalid_argument, path, "has no file in train, in val or in test");
    return nn::divide(index->listing, index->parts);
}

/// Lists folders or a table, of volumes where there is one and of images otherwise.
inline nn::error open_files(const options& o, sample_source& source) {
    const bool table = o.data.ends_with(".csv");
    bool volumes = !table && holds_volume(o.data);
    auto listing = table ? list_table(o.data, source.random)
                         : nn::list_class_splits(o.data, volumes ? nn::volume_files : nn::image_files, source.random);
    if (!listing) return listing.error();
    if (table) volumes = !nn::stem_of(listing->train.files.at(0), nn::volume_files).empty();
    source.class_names = listing->train.class_names;
    const auto classes = static_cast<nn::extent>(source.class_names.size());
    // The first file decides: between gray and color, to which the other images are converted, and for the size.
    const std::string& file = listing->train.files[0];
    if (volumes) {
        source.preparation = {.spacing = {o.spacing, o.spacing, o.spacing}, .low = o.low, .high = o.high};
        const auto read = nn::read_volume(file);
        if (!read) return read.error();
        const auto first = nn::prepare(*read, source.preparation);
        if (!first) return {first.error().kind(), file, first.error().message()};
        source.wanted = {first->grid.depth, first->grid.height, first->grid.width, first->channels, classes};
    } else {
        const auto first = nn::read_image(file);
        if (!first) return first.error();
        source.wanted = {0, first->height, first->width, first->channels, classes};
    }
    source.listing = std::move(*listing);
    return {};
}

/// Looks at what --data names. Refuses what the readers refuse, and classes that contradict --classes.
inline nn::result<sample_source> open_source(const options& o) {
    sample_source source;
    source.random = nn::seed{o.seed};
    source.preprocessing = o.preprocessing;
    std::error_code ignored;
    if (o.data.empty()) {
        source.description = "phantoms drawn from seed " + std::to_string(o.seed);
        source.wanted = {0, phantom_side, phantom_side, 1, 2};
        source.class_names = phantoms::class_names;
    } else if (o.data.ends_with(".csv") || std::filesystem::is_directory(o.data, ignored)) {
        source.description = o.data;
        if (auto failed = open_files(o, source)) return failed;
    } else {
        auto archive = nn::open_medmnist(o.data);
        if (!archive) return archive.error();
        source.description = o.data;
        if (archive->several_labels)
            return nn::error(nn::error_kind::unsupported, o.data,
                             "has several labels a sample; a classifier that ends in softmax takes one");
        source.wanted = {archive->depth, archive->height, archive->width, archive->channels, archive->classes};
        for (nn::extent c = 0; c < archive->classes; ++c) source.class_names.push_back(std::to_string(c));
        source.archive = std::move(*archive);
    }
    if (o.class_count != 0 && o.class_count != source.wanted.classes)
        return nn::error(nn::error_kind::invalid_argument, "--classes says " + std::to_string(o.class_count) +
                                                               " classes, " + source.description + " has " +
                                                               std::to_string(source.wanted.classes));
    if (!o.classes.empty()) {
        if (source.listing)
            return nn::error(nn::error_kind::invalid_argument,
                             "--classes gives names, but the folders or the table have names; rename those");
        source.class_names = o.classes;
    }
    return source;
}

/// Samples with what they are called in a table.
template <class Input>
struct named_samples {
    nn::dataset<Input> samples;
    std::vector<std::string> names;
};

/// "train 0", "train 1" ...: what samples without a file are called.
inline std::vector<std::string> numbered(nn::split_part part, nn::extent count) {
    const char* name = part == nn::split_part::train ? "train " : part == nn::split_part::validation ? "val " : "test ";
    std::vector<std::string> names;
    for (nn::extent i = 0; i < count; ++i) names.push_back(name + std::to_string(i));
    return names;
}

/// Does to phantoms, values from 0 to 1, what is done to images when they are read.
template <nn::image_shape Input>
nn::error finish_phantoms(nn::dataset<Input>& drawn, const nn::input_scaling& scaling, const nn::pipeline& steps) {
    constexpr nn::dims in = nn::dims_of<Input>;
    for (nn::extent i = 0; i < drawn.size(); ++i) {
        float* const to = drawn.inputs.data() + i * Input::size;
        const nn::float_image picture{in.height(), in.width(), in.channels(), {to, to + Input::size}};
        if (auto failed = nn::write_image_input<Input>(picture, scaling, to, steps)) return failed;
    }
    return {};
}

/// Reads one part of a source at the size and in the colors of a network's input.
template <nn::volume_shape Input>
nn::result<named_samples<Input>> read_part(sample_source& from, nn::split_part part, const nn::input_scaling& scaling) {
    if (!from.of_volumes())
        return nn::error(nn::error_kind::invalid_argument, from.description + " has no volumes, which the model takes");
    if (from.archive) {
        auto read = nn::read_medmnist<Input>(*from.archive, part, scaling, from.preprocessing);
        if (!read) return read.error();
        read->class_names = from.class_names;
        std::vector<std::string> names = numbered(part, read->size());
        return named_samples<Input>{std::move(*read), std::move(names)};
    }
    nn::class_listing& listing = listing_of(from, part);
    auto read = nn::read_volumes<Input>(
        listing, {.preparation = from.preparation, .scaling = scaling, .preprocessing = from.preprocessing});
    if (!read) return read.error();
    return named_samples<Input>{std::move(*read), listing.files};
}
template <nn::image_shape Input>
nn::result<named_samples<Input>> read_part(sample_source& from, nn::split_part part, const nn::input_scaling& scaling) {
    const bool train = part == nn::split_part::train, validation = part == nn::split_part::validation;
    if (from.of_volumes())
        return nn::error(nn::error_kind::invalid_argument, from.description + " has no images, which the model takes");
    named_samples<Input> images;
    if (from.listing) {
        nn::class_listing& listing = listing_of(from, part);
        auto read = nn::read_images<Input>(listing, {.scaling = scaling, .preprocessing = from.preprocessing});
        if (!read) return read.error();
        images.samples = std::move(*read);
        images.names = listing.files;
    } else if (from.archive) {
        auto read = nn::read_medmnist<Input>(*from.archive, part, scaling, from.preprocessing);
        if (!read) return read.error();
        images.samples = std::move(*read);
        images.names = numbered(part, images.samples.size());
    } else if constexpr (nn::dims_of<Input> == nn::make_dims(phantom_side, phantom_side, 1)) {
        const nn::extent first = train ? 0 : validation ? phantoms_to_train : phantoms_to_train + phantoms_to_choose;
        const nn::extent count = train ? phantoms_to_train : validation ? phantoms_to_choose : phantoms_to_test;
        images.samples = phantoms::draw<Input>(from.random, first, count, {});
        if (auto failed = finish_phantoms(images.samples, scaling, from.preprocessing)) return failed;
        for (nn::extent i = 0; i < count; ++i) images.names.push_back("phantom " + std::to_string(first + i));
    } else {
        return nn::error(nn::error_kind::invalid_argument,
                         "the model was not trained on phantoms; --data says what to judge it on");
    }
    images.samples.class_names = from.class_names;
    return images;
}

}  // namespace classify
