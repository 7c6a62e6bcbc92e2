// SPDX-License-Identifier: MIT
/// \file
/// Folders of files, a folder a class: which files belong to which class, before any of them is opened.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "ctnn/core/error.hpp"
#include "ctnn/core/out_of_memory.hpp"
#include "ctnn/data/folds.hpp"
#include "ctnn/io/folder.hpp"
#include "ctnn/io/path.hpp"

namespace ctnn {

/// Files with their classes.
struct class_listing {
    std::vector<std::string> class_names;  ///< a class folder each; the index is the label
    std::vector<std::string> files;        ///< paths, class after class, each class in byte order
    std::vector<std::int32_t> labels;      ///< of the files
    std::vector<std::string> groups{};     ///< of the files, such as patients; empty: each file stands for itself
    std::vector<float>
        values{};  ///< [file][class] 1 or 0, where a file may be of several classes; labels are empty then
    [[nodiscard]] extent size() const noexcept { return static_cast<extent>(files.size()); }
};

/// Listings to fit, to choose by and to test.
struct class_listing_splits {
    class_listing train, validation, test;
};

/// Files that a listing takes, known by how their names end, in any case.
struct file_kind {
    const char* name;
    std::array<const char*, 8> endings{};
    bool operator==(const file_kind&) const = default;
};

inline constexpr file_kind image_files{"image (png, jpg, jpeg, bmp, pnm, pgm, ppm)",
                                       {".png", ".jpg", ".jpeg", ".bmp", ".pnm", ".pgm", ".ppm"}};
/// The voxels of a pair, in .img, come with its .hdr.
inline constexpr file_kind volume_files{"volume (nii, nii.gz, hdr)", {".nii", ".nii.gz", ".hdr"}};

/// The name of a file without the ending of its kind; empty when it is of another kind.
[[nodiscard, gnu::cold]] inline std::string stem_of(const std::string& file, const file_kind& kind) {
    const std::string name = detail::name_of(file);
    std::string lower = name;
    for (char& c : lower)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    for (const char* ending : kind.endings) {
        const std::size_t length = ending == nullptr ? 0 : std::strlen(ending);
        if (length > 0 && name.size() > length && lower.compare(name.size() - length, length, ending) == 0)
            return name.substr(0, name.size() - length);
    }
    return {};
}

namespace detail {

/// All files of a kind below a class folder. Links to folders are not followed here, so that a loop cannot be entered.
[[gnu::cold]] inline error list_files(const std::string& folder, const file_kind& kind, std::vector<std::string>& to) {
    std::vector<std::string> waiting{folder};
    const std::size_t first = to.size();
    while (!waiting.empty()) {
        const std::string next = std::move(waiting.back());
        waiting.pop_back();
        std::vector<std::string> files;
        if (error failed = list_folder(next, waiting, files, false)) return failed;
        for (std::string& file : files)
            if (!stem_of(file, kind).empty()) to.push_back(std::move(file));
    }
    std::sort(to.begin() + static_cast<std::ptrdiff_t>(first), to.end());
    return {};
}

[[gnu::cold]] inline std::string joined(const std::vector<std::string>& names) {
    std::string text;
    for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
    return text;
}

[[gnu::cold]] inline class_listing chosen(const class_listing& from, const std::vector<extent>& indices) {
    class_listing part{.class_names = from.class_names, .files = {}, .labels = {}};
    const auto classes = static_cast<std::ptrdiff_t>(from.class_names.size());
    for (const extent i : indices) {
        const auto at = static_cast<std::size_t>(i);
        part.files.push_back(from.files[at]);
        if (!from.labels.empty()) part.labels.push_back(from.labels[at]);
        if (!from.groups.empty()) part.groups.push_back(from.groups[at]);
        if (!from.values.empty())
            part.values.insert(part.values.end(), from.values.begin() + i * classes,
                               from.values.begin() + (i + 1) * classes);
    }
    return part;
}

}  // namespace detail

/// Lists a folder whose subfolders are classes, at any depth below them.
///
///     classes   the names of the subfolders in byte order; or `class_names`, of which every subfolder must be one
///     files     those of the kind; other files and all that is hidden is passed over; links to files are followed,
///               links to folders only where a class folder is one
///     refuses   with cannot_open what is no folder or may not be listed; with invalid_argument fewer than two classes,
///               a class folder without such files, and a class folder that is none of class_names
[[nodiscard, gnu::cold]] inline result<class_listing> list_class_folder(
    const std::string& root, const file_kind& kind, const std::vector<std::string>& class_names = {}) {
    return detail::catch_out_of_memory(root, [&]() -> result<class_listing> {
        std::vector<std::string> folders, others;
        if (error failed = detail::list_folder(root, folders, others, true)) return failed;
        class_listing listing{.class_names = class_names, .files = {}, .labels = {}};
        if (class_names.empty())
            for (const std::string& folder : folders) listing.class_names.push_back(detail::name_of(folder));
        if (listing.class_names.size() < 2) {
            return error(error_kind::invalid_argument, root,
                         "found " +
                             (folders.empty() ? std::string("no class folders")
                                              : "the single class folder " + detail::name_of(folders[0])) +
                             ", expected a folder for each of at least two classes");
        }
        for (const std::string& folder : folders) {
            const auto place =
                std::find(listing.class_names.begin(), listing.class_names.end(), detail::name_of(folder));
            if (place == listing.class_names.end())
                return error(error_kind::invalid_argument, folder,
                             "is no class; the classes are " + detail::joined(class_names));
            const std::size_t before = listing.files.size();
            if (error failed = detail::list_files(folder, kind, listing.files)) return failed;
            if (listing.files.size() == before)
                return error(error_kind::invalid_argument, folder, std::string("holds no ") + kind.name);
            listing.labels.resize(listing.files.size(), static_cast<std::int32_t>(place - listing.class_names.begin()));
        }
        if (listing.files.empty())
            return error(error_kind::invalid_argument, root, "has a folder for none of " + detail::joined(class_names));
        return listing;
    });
}

/// What a split is to keep the shares of: the class of each file, or where it may be of several, the combination.
[[nodiscard, gnu::cold]] inline std::vector<std::int32_t> strata(const class_listing& of) {
    if (of.values.empty()) return of.labels;
    const std::size_t classes = of.class_names.size();
    std::vector<std::vector<float>> each, combinations;
    for (std::size_t i = 0; i < of.files.size(); ++i)
        each.emplace_back(of.values.begin() + static_cast<std::ptrdiff_t>(i * classes),
                          of.values.begin() + static_cast<std::ptrdiff_t>((i + 1) * classes));
    combinations = each;
    std::sort(combinations.begin(), combinations.end());
    combinations.erase(std::unique(combinations.begin(), combinations.end()), combinations.end());
    std::vector<std::int32_t> places;
    for (const std::vector<float>& one : each)
        places.push_back(static_cast<std::int32_t>(std::lower_bound(combinations.begin(), combinations.end(), one) -
                                                   combinations.begin()));
    return places;
}

/// The three parts of a listing.
[[nodiscard, gnu::cold]] inline class_listing_splits divide(const class_listing& all, const split_indices& parts) {
    return {detail::chosen(all, parts.train), detail::chosen(all, parts.validation), detail::chosen(all, parts.test)};
}

/// Cuts a listing by grouped_split() where it has groups, which says what is refused, else by stratified_split().
[[nodiscard, gnu::cold]] inline result<class_listing_splits> split_listing(const class_listing& all, seed start,
                                                                           double validation = 0.15,
                                                                           double test = 0.15) {
    if (all.groups.empty()) return divide(all, stratified_split(strata(all), start, validation, test));
    const result<split_indices> parts = grouped_split(strata(all), all.groups, start, validation, test);
    if (!parts) return parts.error();
    return divide(all, *parts);
}

/// Lists a folder that has been split, or splits it.
///
///     DIR/train, DIR/val, DIR/test   the classes are those of train. val may also be valid or validation; without it
///                                    15 % of train, chosen by the seed, take its place
///     DIR/<class>                    no folder train: 70 % to fit, 15 % to choose by and 15 % to test, chosen by the
///                                    seed
///     refuses                        what list_class_folder() refuses; a folder train without a folder test
[[nodiscard, gnu::cold]] inline result<class_listing_splits> list_class_splits(const std::string& root,
                                                                               const file_kind& kind, seed start) {
    return detail::catch_out_of_memory(root, [&]() -> result<class_listing_splits> {
        const auto first_of = [&](std::initializer_list<const char*> names) {
            for (const char* name : names)
                if (std::string path = detail::path_in(root, name); detail::is_folder(path)) return path;
            return std::string();
        };
        const std::string train = first_of({"train"}), validation = first_of({"val", "valid", "validation"}),
                          test = first_of({"test"});
        if (train.empty()) {
            result<class_listing> all = list_class_folder(root, kind);
            if (!all) return all.error();
            return split_listing(*all, start);
        }
        if (test.empty())
            return error(error_kind::invalid_argument, root,
                         "has a folder train but none that is called test; add it, or give the folder of the classes "
                         "themselves");
        result<class_listing> to_fit = list_class_folder(train, kind);
        if (!to_fit) return to_fit.error();
        result<class_listing> to_test = list_class_folder(test, kind, to_fit->class_names);
        if (!to_test) return to_test.error();
        if (validation.empty()) {
            class_listing_splits parts = divide(*to_fit, stratified_split(to_fit->labels, start, 0.15, 0));
            parts.test = std::move(*to_test);
            return parts;
        }
        result<class_listing> to_choose = list_class_folder(validation, kind, to_fit->class_names);
        if (!to_choose) return to_choose.error();
        return class_listing_splits{std::move(*to_fit), std::move(*to_choose), std::move(*to_test)};
    });
}

}  // namespace ctnn
