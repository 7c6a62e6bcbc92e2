// SPDX-License-Identifier: MIT
/// \file
/// Where the cases come from: folders, a task of the Decathlon, or phantoms, behind one function.
#pragma once

#include <algorithm>
#include <array>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include <ctnn/ctnn.hpp>

#include "networks.hpp"
#include "options.hpp"
#include "phantoms.hpp"
#include "windows.hpp"

namespace segment {

/// Images or volumes with their labels that have been found but not yet read, and the network that they need.
struct case_source {
    std::string description;
    wanted_network wanted;
    nn::label_pairs train, validation, test;
    std::vector<std::string> class_names;
    nn::volume_preparation preparation;  ///< of volumes
    [[nodiscard]] bool of_volumes() const { return wanted.depth > 0; }
};

/// 48 to train on, 8 to choose by, 16 to test.
inline constexpr std::array<nn::extent, 3> phantom_counts{48, 8, 16};

/// The pairs of FOLDER/images and FOLDER/labels (volumes) or FOLDER/masks (images).
inline nn::result<nn::label_pairs> list_pairs(const std::string& folder) {
    std::error_code ignored;
    if (std::filesystem::is_directory(folder + "/labels", ignored))
        return nn::list_label_pairs(folder + "/images", folder + "/labels", nn::volume_files);
    return nn::list_label_pairs(folder + "/images", folder + "/masks", nn::image_files);
}

/// Divides pairs that nobody has divided yet.
inline nn::error divide(const nn::label_pairs& all, nn::seed random, case_source& to) {
    if (all.size() < 3)
        return {nn::error_kind::invalid_argument, "three cases are the least: to train on, to choose by, to test"};
    const std::vector<std::int32_t> of_one_kind(static_cast<std::size_t>(all.size()));
    const nn::split_indices parts = nn::stratified_split(of_one_kind, random);
    to.train = nn::chosen_pairs(all, parts.train);
    to.validation = nn::chosen_pairs(all, parts.validation);
    to.test = nn::chosen_pairs(all, parts.test);
    return {};
}

inline nn::error list_cases(const options& o, case_source& to) {
    const nn::seed random{o.seed};
    std::error_code ignored;
    if (std::filesystem::exists(o.data + "/dataset.json", ignored)) {
        const auto task = nn::read_decathlon(o.data + "/dataset.json");
        if (!task) return task.error();
        to.class_names = task->training.class_names;
        return divide(task->training, random, to);
    }
    if (!std::filesystem::is_directory(o.data + "/train", ignored)) {
        const auto all = list_pairs(o.data);
        return all ? divide(*all, random, to) : all.error();
    }
    const auto part = [&](const char* name, nn::label_pairs& pairs) -> nn::error {
        auto listed = list_pairs(o.data + "/" + name);
        if (!listed) return listed.error();
        pairs = std::move(*listed);
        return {};
    };
    if (auto failed = part("train", to.train)) return failed;
    if (auto failed = part("val", to.validation)) return failed;
    return part("test", to.test);
}

/// As many names as there are labels in the volumes to train on; of masks there are two.
inline nn::result<std::vector<std::string>> numbered_classes(const case_source& from) {
    std::int32_t largest = 1;
    if (from.of_volumes())
        for (const std::string& file : from.train.labels) {
            const auto labels = nn::read_labels(file);
            if (!labels) return labels.error();
            for (const std::int32_t label : labels->values) largest = std::max(largest, label);
        }
    std::vector<std::string> names{"background"};
    for (std::int32_t label = 1; label <= largest; ++label) names.push_back("label " + std::to_string(label));
    return names;
}

/// Looks at what --data names; without it, phantoms are drawn into OUT/phantoms. Refuses what the readers refuse.
inline nn::result<case_source> open_source(const options& given) {
    options o = given;
    case_source source;
    if (o.data.empty()) {
        o.data = o.out + "/phantoms";
        if (o.classes.empty()) o.classes = phantoms::class_names;
        if (auto failed = phantoms::write(o.data, nn::seed{o.seed}, phantom_counts)) return failed;
    }
    source.description = o.data;
    if (auto failed = list_cases(o, source)) return failed;

    // The first file decides: between gray and color, to which other images are converted, and for the size.
    const std::string& first = source.train.images[0];
    if (!nn::stem_of(first, nn::volume_files).empty()) {
        source.preparation = {.spacing = {o.spacing, o.spacing, o.spacing}, .low = o.low, .high = o.high};
        const auto read = nn::read_volume(first);
        if (!read) return read.error();
        const auto prepared = nn::prepare(*read, source.preparation);
        if (!prepared) return nn::error(prepared.error().kind(), first, prepared.error().message());
        source.wanted = {prepared->grid.depth, prepared->grid.height, prepared->grid.width, prepared->channels, 0};
    } else {
        const auto read = nn::read_image(first);
        if (!read) return read.error();
        source.wanted = {0, read->height, read->width, read->channels, 0};
    }
    if (!o.classes.empty()) source.class_names = o.classes;
    if (source.class_names.empty()) {
        auto names = numbered_classes(source);
        if (!names) return names.error();
        source.class_names = std::move(*names);
    }
    source.wanted.classes = static_cast<nn::extent>(source.class_names.size());
    return source;
}

/// Reads pairs as a network of this input sees them, with a label at each position.
template <nn::volume_shape Input>
nn::result<nn::dataset<Input>> read_cases(const case_source& from, const nn::label_pairs& pairs,
                                          const nn::input_scaling& scaling, nn::seed start) {
    return read_windows<Input>(pairs, from.preparation, scaling, from.wanted.classes, start);
}
template <nn::image_shape Input>
nn::result<nn::dataset<Input>> read_cases(const case_source&, nn::label_pairs pairs, const nn::input_scaling& scaling,
                                          nn::seed) {
    return nn::read_masked_images<Input>(pairs, {.scaling = scaling});
}

}  // namespace segment
