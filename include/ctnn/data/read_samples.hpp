// SPDX-License-Identifier: MIT
/// \file
/// From files to a data set in memory: the budget, and what becomes of files that cannot be read.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "ctnn/core/out_of_memory.hpp"
#include "ctnn/data/class_listing.hpp"
#include "ctnn/data/dataset.hpp"
#include "ctnn/data/label_pairs.hpp"

namespace ctnn::detail {

/// Positions of a shape: its numbers without the channels.
template <static_shape Input>
inline constexpr extent positions_of = Input::size / dims_of<Input>.channels();

/// Labels that a file has in a data set besides what its listing says: one at each position where pairs are read.
template <static_shape Input>
constexpr extent labels_beside(const class_listing&) {
    return 0;
}
template <static_shape Input>
constexpr extent labels_beside(const label_pairs&) {
    return positions_of<Input>;
}

/// The failure, if there is one, with the name of the file that it is about.
[[nodiscard, gnu::cold]] inline error name_file(const std::string& file, const error& failed) {
    return failed ? error(failed.kind(), file, failed.message()) : error{};
}

template <class Data>
void take_labels(const class_listing& from, Data& to) {
    to.labels = from.labels;
    to.values.assign(from.values.begin(), from.values.end());
}
template <class Data>
void take_labels(const label_pairs&, Data&) {}

/// Reads each file or pair by read(its number, place of its inputs, place of its labels at positions), which answers
/// with an error or none; `what` is their plural in errors. The budget comes first, then file by file. With `skipped`
/// those that cannot be read leave the listing; a failure of the whole leaves it as it was.
template <static_shape Input, class T, class Listing, class Read>
[[nodiscard]] result<dataset<Input, T>> read_samples(Listing& listing, const char* what, std::int64_t budget,
                                                     std::vector<error>* skipped, const Read& read) {
    return catch_out_of_memory({}, [&]() -> result<dataset<Input, T>> {
        const extent beside = labels_beside<Input>(listing);
        const std::int64_t each = Input::size * static_cast<std::int64_t>(sizeof(T)) + beside * std::int64_t{4};
        if (listing.size() > budget / each)
            return error(error_kind::too_large, std::to_string(listing.size()) + " " + what + " of " +
                                                    std::to_string(each) + " bytes" +
                                                    (beside > 0 ? ", labels included," : "") +
                                                    " are more than the budget of " + std::to_string(budget));
        dataset<Input, T> data;
        data.class_names = listing.class_names;
        data.inputs.resize(static_cast<std::size_t>(listing.size() * Input::size));
        data.labels.resize(static_cast<std::size_t>(listing.size() * beside));
        std::vector<extent> kept;
        for (extent i = 0; i < listing.size(); ++i) {
            const extent to = static_cast<extent>(kept.size());
            error failed = read(static_cast<std::size_t>(i), data.inputs.data() + to * Input::size,
                                data.labels.data() + to * beside);
            if (!failed)
                kept.push_back(i);
            else if (skipped == nullptr || failed.kind() == error_kind::out_of_memory)  // no fault of the file
                return failed;
            else
                skipped->push_back(std::move(failed));
        }
        const auto count = static_cast<extent>(kept.size());
        if (count == 0) return error(error_kind::invalid_argument, std::string("none of the ") + what + " can be read");
        const bool all = count == listing.size();
        Listing left = all ? Listing{} : chosen(listing, kept);
        take_labels(all ? listing : left, data);
        data.inputs.resize(static_cast<std::size_t>(count * Input::size));
        if (beside > 0) data.labels.resize(static_cast<std::size_t>(count * beside));
        if (!all) listing = std::move(left);  // the last step, which cannot fail
        return data;
    });
}

}  // namespace ctnn::detail
