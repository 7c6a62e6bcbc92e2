// SPDX-License-Identifier: MIT
/// \file
/// Images with their masks, and volumes with their label maps: which file belongs to which.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "ctnn/core/error.hpp"
#include "ctnn/core/out_of_memory.hpp"
#include "ctnn/data/class_listing.hpp"

namespace ctnn {

/// Files with what is known of their positions: file i of `labels` belongs to file i of `images`.
struct label_pairs {
    std::vector<std::string> images, labels;
    std::vector<std::string> class_names{};  ///< of the positions, by label; may be empty
    [[nodiscard]] extent size() const noexcept { return static_cast<extent>(images.size()); }
};

namespace detail {

using stem_and_file = std::pair<std::string, std::string>;

/// The files of a kind in a folder, with their stems, by stem. Refuses two files of one stem.
[[nodiscard]] inline error list_stems(const std::string& folder, const file_kind& kind,
                                      std::vector<stem_and_file>& to) {
    std::vector<std::string> folders, files;
    if (error failed = list_folder(folder, folders, files, true)) return failed;
    for (std::string& file : files)
        if (std::string stem = stem_of(file, kind); !stem.empty()) to.emplace_back(std::move(stem), std::move(file));
    std::sort(to.begin(), to.end());
    for (std::size_t i = 1; i < to.size(); ++i)
        if (to[i].first == to[i - 1].first)
            return {error_kind::invalid_argument, to[i].second, "has the name of " + to[i - 1].second};
    return {};
}

}  // namespace detail

/// Pairs the files of two folders by their names without ending: images/7.jpg and masks/7.png, images/a.nii.gz and
/// labels/a.nii. Subfolders and hidden files are passed over.
///
///     gives     pairs in byte order of their names
///     refuses   with cannot_open what is no folder; with invalid_argument two files of one name in a folder, folders
///               without a pair, and a file without its other. With `left_out` the last is no failure: the error is
///               appended there
///
///     auto pairs = ctnn::list_label_pairs("train/images", "train/masks", ctnn::image_files);
[[nodiscard]] inline result<label_pairs> list_label_pairs(const std::string& images, const std::string& labels,
                                                          const file_kind& kind,
                                                          std::vector<error>* left_out = nullptr) {
    return detail::catch_out_of_memory(images, [&]() -> result<label_pairs> {
        std::vector<detail::stem_and_file> of_images, of_labels;
        if (error failed = detail::list_stems(images, kind, of_images)) return failed;
        if (error failed = detail::list_stems(labels, kind, of_labels)) return failed;
        label_pairs pairs;
        std::size_t i = 0, k = 0;
        while (i < of_images.size() || k < of_labels.size()) {
            const bool no_label =
                k == of_labels.size() || (i < of_images.size() && of_images[i].first < of_labels[k].first);
            const bool no_image =
                i == of_images.size() || (k < of_labels.size() && of_labels[k].first < of_images[i].first);
            if (!no_label && !no_image) {
                pairs.images.push_back(of_images[i++].second);
                pairs.labels.push_back(of_labels[k++].second);
                continue;
            }
            error alone = no_label
                              ? error(error_kind::invalid_argument, of_images[i].second, "has no file in " + labels)
                              : error(error_kind::invalid_argument, of_labels[k].second, "has no file in " + images);
            if (left_out == nullptr) return alone;
            left_out->push_back(std::move(alone));
            if (no_label) ++i;
            if (no_image) ++k;
        }
        if (pairs.images.empty())
            return error(error_kind::invalid_argument, images,
                         std::string("holds no ") + kind.name + " that has a file in " + labels);
        return pairs;
    });
}

namespace detail {

inline label_pairs chosen(const label_pairs& from, const std::vector<extent>& indices) {
    label_pairs part{.images = {}, .labels = {}, .class_names = from.class_names};
    for (const extent i : indices) {
        part.images.push_back(from.images[static_cast<std::size_t>(i)]);
        part.labels.push_back(from.labels[static_cast<std::size_t>(i)]);
    }
    return part;
}

}  // namespace detail

/// Some of the pairs, such as a part of a split.
[[nodiscard]] inline label_pairs chosen_pairs(const label_pairs& from, const std::vector<extent>& indices) {
    return detail::chosen(from, indices);
}

}  // namespace ctnn
