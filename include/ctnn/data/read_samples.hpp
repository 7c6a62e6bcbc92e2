// SPDX-License-Identifier: MIT
/// \file
/// From the files of a listing to a data set in memory: what all kinds of files share.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "ctnn/core/out_of_memory.hpp"
#include "ctnn/data/class_listing.hpp"
#include "ctnn/data/dataset.hpp"

namespace ctnn::detail {

/// Keeps the files of a listing that `keep` marks.
inline void keep_files(class_listing& listing, const std::vector<bool>& keep) {
    std::vector<extent> kept;
    for (std::size_t i = 0; i < keep.size(); ++i)
        if (keep[i]) kept.push_back(static_cast<extent>(i));
    if (kept.size() != keep.size()) listing = chosen(listing, kept);
}

/// Reads each file by read(path, place of its numbers), which answers with an error or none; `what` is their plural in
/// errors. The rules are read_images()'s: the budget first, then file by file; with `skipped` those that cannot be read
/// leave the listing.
template <static_shape Input, class T, class Read>
[[nodiscard]] result<dataset<Input, T>> read_listing(class_listing& listing, const char* what, std::int64_t budget,
                                                     std::vector<error>* skipped, const Read& read) {
    return detail::catch_out_of_memory({}, [&]() -> result<dataset<Input, T>> {
        constexpr std::int64_t each = Input::size * static_cast<std::int64_t>(sizeof(T));
        if (listing.size() > budget / each)
            return error(error_kind::too_large, std::to_string(listing.size()) + " " + what + " of " +
                                                    std::to_string(each) + " bytes are more than the budget of " +
                                                    std::to_string(budget));
        dataset<Input, T> data;
        data.class_names = listing.class_names;
        data.inputs.resize(static_cast<std::size_t>(listing.size() * Input::size));
        std::vector<bool> keep(listing.files.size());
        extent kept = 0;
        for (std::size_t i = 0; i < listing.files.size(); ++i) {
            error failed = read(listing.files[i], data.inputs.data() + kept * Input::size);
            keep[i] = !failed;
            if (!failed)
                ++kept;
            else if (skipped == nullptr || failed.kind() == error_kind::out_of_memory)  // no fault of the file
                return failed;
            else
                skipped->push_back(std::move(failed));
        }
        if (kept == 0) return error(error_kind::invalid_argument, std::string("none of the ") + what + " can be read");
        data.labels.reserve(listing.labels.size());  // now: behind these lines nothing may fail
        data.values.reserve(listing.values.size());
        keep_files(listing, keep);
        data.inputs.resize(static_cast<std::size_t>(kept * Input::size));
        data.labels = listing.labels;
        data.values.assign(listing.values.begin(), listing.values.end());
        return data;
    });
}

}  // namespace ctnn::detail
