// SPDX-License-Identifier: MIT
/// \file
/// From pairs of files to a data set with a label at each position: what images and volumes share.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "ctnn/data/dataset.hpp"
#include "ctnn/data/label_pairs.hpp"

namespace ctnn::detail {

/// Positions of a shape: its numbers without the channels.
template <static_shape Input>
inline constexpr extent positions_of = Input::size / dims_of<Input>.channels();

/// Reads each pair by read(place in pairs, its numbers, its labels), which answers with an error or none; `what` is
/// their plural in errors. The budget comes first; with `skipped` what cannot be read leaves the pairs.
template <static_shape Input, class T, class Read>
[[nodiscard]] result<dataset<Input, T>> read_pairs(label_pairs& pairs, const char* what, std::int64_t budget,
                                                   std::vector<error>* skipped, const Read& read) {
    constexpr std::int64_t each =
        Input::size * static_cast<std::int64_t>(sizeof(T)) + positions_of<Input> * std::int64_t{4};
    if (pairs.size() > budget / each)
        return error(error_kind::too_large, std::to_string(pairs.size()) + " " + what + " of " + std::to_string(each) +
                                                " bytes, labels included, are more than the budget of " +
                                                std::to_string(budget));
    dataset<Input, T> data;
    data.class_names = pairs.class_names;
    data.inputs.resize(static_cast<std::size_t>(pairs.size() * Input::size));
    data.labels.resize(static_cast<std::size_t>(pairs.size() * positions_of<Input>));
    std::vector<extent> kept;
    for (std::size_t i = 0; i < pairs.images.size(); ++i) {
        const extent to = static_cast<extent>(kept.size());
        error failed = read(i, data.inputs.data() + to * Input::size, data.labels.data() + to * positions_of<Input>);
        if (!failed)
            kept.push_back(static_cast<extent>(i));
        else if (skipped == nullptr)
            return failed;
        else
            skipped->push_back(std::move(failed));
    }
    if (kept.empty()) return error(error_kind::invalid_argument, std::string("none of the ") + what + " can be read");
    if (kept.size() != pairs.images.size()) pairs = chosen_pairs(pairs, kept);
    data.inputs.resize(kept.size() * static_cast<std::size_t>(Input::size));
    data.labels.resize(kept.size() * static_cast<std::size_t>(positions_of<Input>));
    return data;
}

}  // namespace ctnn::detail
