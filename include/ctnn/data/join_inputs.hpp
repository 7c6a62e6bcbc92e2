// SPDX-License-Identifier: MIT
/// \file
/// Data sets of single inputs as one of several.
#pragma once

#include "ctnn/core/inputs.hpp"
#include "ctnn/data/dataset.hpp"

namespace ctnn {

/// The data set of a network with several inputs, from a data set of each: sample i has the samples i of all of them,
/// one behind the other. Labels, values and class names are those of the first.
///
///     const auto both = ctnn::join_inputs(images, clinical_values);
///
/// \returns error_kind::shape_mismatch unless all have as many samples as the first
template <class T, static_shape First, static_shape... Others>
[[nodiscard, gnu::cold]] result<dataset<inputs<First, Others...>, T>> join_inputs(const dataset<First, T>& first,
                                                                                  const dataset<Others, T>&... others) {
    using all_inputs = inputs<First, Others...>;
    const std::vector<T>* const parts[]{&first.inputs, &others.inputs...};
    const extent samples = first.size();
    for (extent i = 0; i < all_inputs::count; ++i)
        if (const extent size = all_inputs::parts[i].size(), found = static_cast<extent>(parts[i]->size());
            found != samples * size)
            return error{error_kind::shape_mismatch,
                         detail::text_of({"join_inputs: input ", i, " has ", found, " numbers, expected ", samples,
                                          " samples of ", size})};
    dataset<all_inputs, T> all;
    all.inputs.reserve(static_cast<std::size_t>(samples * all_inputs::size));
    for (extent s = 0; s < samples; ++s)
        for (extent i = 0; i < all_inputs::count; ++i) {
            const extent size = all_inputs::parts[i].size();
            const T* from = parts[i]->data() + s * size;
            all.inputs.insert(all.inputs.end(), from, from + size);
        }
    all.labels = first.labels;
    all.values = first.values;
    all.class_names = first.class_names;
    return all;
}

}  // namespace ctnn
