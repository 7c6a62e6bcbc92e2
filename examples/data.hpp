// SPDX-License-Identifier: MIT
/// \file
/// Where the images come from: phantoms, an .npz file or folders, behind one function.
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

/// Images that have been found but not yet read, and the network that they need.
struct image_source {
    std::string description;
    wanted_network wanted;
    std::vector<std::string> class_names;
    std::optional<nn::medmnist_file> archive;         ///< an .npz file
    std::optional<nn::image_listing_splits> listing;  ///< folders; neither: phantoms
    nn::seed random;
};

/// 2400 to train on, 400 to choose by, 1000 to test: parts of one series that do not overlap.
inline constexpr nn::extent phantoms_to_train = 2400, phantoms_to_choose = 400, phantoms_to_test = 1000,
                            phantom_side = 64;

/// Looks at what --data names. Refuses what the readers refuse, and classes that contradict --classes.
inline nn::result<image_source> open_source(const options& o) {
    image_source source;
    source.random = nn::seed{o.seed};
    std::error_code ignored;
    if (o.data.empty()) {
        source.description = "phantoms drawn from seed " + std::to_string(o.seed);
        source.wanted = {phantom_side, phantom_side, 1, 2};
        source.class_names = phantoms::class_names;
    } else if (std::filesystem::is_directory(o.data, ignored)) {
        auto listing = nn::list_image_splits(o.data, source.random);
        if (!listing) return listing.error();
        // The first image decides between gray and color; the others are converted.
        const auto first = nn::read_image(listing->train.files[0]);
        if (!first) return first.error();
        source.description = o.data;
        source.class_names = listing->train.class_names;
        source.wanted = {first->height, first->width, first->channels,
                         static_cast<nn::extent>(source.class_names.size())};
        source.listing = std::move(*listing);
    } else {
        auto archive = nn::open_medmnist(o.data);
        if (!archive) return archive.error();
        source.description = o.data;
        source.wanted = {archive->height, archive->width, archive->channels, archive->classes};
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
                             "--classes gives names, but the folders have names; rename the folders");
        source.class_names = o.classes;
    }
    return source;
}

/// Samples with what they are called in a table.
template <class Input>
struct named_images {
    nn::dataset<Input> samples;
    std::vector<std::string> names;
};

/// Reads one part of a source at the size and in the colors of a network's input.
template <class Input>
nn::result<named_images<Input>> read_part(image_source& from, nn::split_part part, const nn::input_scaling& scaling) {
    const bool train = part == nn::split_part::train, validation = part == nn::split_part::validation;
    named_images<Input> images;
    const auto number_them = [&](const char* name, nn::extent first) {
        for (nn::extent i = 0; i < images.samples.size(); ++i) images.names.push_back(name + std::to_string(first + i));
    };
    if (from.listing) {
        nn::image_listing& listing = train        ? from.listing->train
                                     : validation ? from.listing->validation
                                                  : from.listing->test;
        auto read = nn::read_images<Input>(listing, {.scaling = scaling});
        if (!read) return read.error();
        images.samples = std::move(*read);
        images.names = listing.files;
    } else if (from.archive) {
        auto read = nn::read_medmnist<Input>(*from.archive, part, scaling);
        if (!read) return read.error();
        images.samples = std::move(*read);
        number_them(train ? "train " : validation ? "val " : "test ", 0);
    } else if constexpr (nn::dims_of<Input> == nn::make_dims(phantom_side, phantom_side, 1)) {
        const nn::extent first = train ? 0 : validation ? phantoms_to_train : phantoms_to_train + phantoms_to_choose;
        const nn::extent count = train ? phantoms_to_train : validation ? phantoms_to_choose : phantoms_to_test;
        images.samples = phantoms::draw<Input>(from.random, first, count, scaling);
        number_them("phantom ", first);
    } else {
        return nn::error(nn::error_kind::invalid_argument,
                         "the model was not trained on phantoms; --data says what to judge it on");
    }
    images.samples.class_names = from.class_names;
    return images;
}

}  // namespace classify
