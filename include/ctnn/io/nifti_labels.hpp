// SPDX-License-Identifier: MIT
/// \file
/// Label maps: whole numbers, one a voxel, exact or refused with the voxel's place.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "ctnn/core/error.hpp"
#include "ctnn/io/nifti.hpp"

namespace ctnn {

/// What a label map may hold.
struct label_rules {
    std::int64_t classes = 0;                 ///< labels are below this; 0: any that fits 32 bits
    std::optional<std::int32_t> ignore = {};  ///< a value besides, negative or not: voxels that count for nothing
};

namespace detail {

/// "(3, 0, 12)": the indices of a voxel in the file's order, first axis first.
[[nodiscard]] inline std::string voxel_text(const nifti_header& h, std::size_t at) {
    std::string text = "(";
    auto rest = static_cast<extent>(at);
    for (extent i = 1; i <= h.rank(); ++i) {
        text += (i > 1 ? ", " : "") + std::to_string(rest % h.axis(i));
        rest /= h.axis(i);
    }
    return text + ")";
}

}  // namespace detail

/// The labels of an image, scaled if it has a slope; integers of every size stay exact. Refuses with corrupt, naming
/// the voxel and its value, what is no whole number, NaN, negative, not below rules.classes, or beyond 32 bits, unless
/// it is rules.ignore; with unsupported colors, which are no labels.
[[nodiscard]] inline result<std::vector<std::int32_t>> nifti_labels(const nifti_image& image,
                                                                    const label_rules& rules = {},
                                                                    const std::string& file = {}) {
    return detail::catch_out_of_memory(file, [&]() -> result<std::vector<std::int32_t>> {
        const nifti_header& h = image.header;
        const nifti_type_entry* type = find_nifti_type(h.datatype);
        if (type == nullptr || type->channels != 1)
            return error(error_kind::unsupported, file, "labels are numbers, not colors");
        const nifti_scaling scaling = h.scaling();
        constexpr std::int64_t most = std::numeric_limits<std::int32_t>::max();
        const std::int64_t above = rules.classes > 0 && rules.classes < most ? rules.classes : most + 1;
        std::vector<std::int32_t> labels(static_cast<std::size_t>(image.voxels.size()));
        error wrong;
        detail::with_element(image.voxels.type, [&](auto stored) {
            using stored_type = decltype(stored);
            for (std::size_t i = 0; i < labels.size(); ++i) {
                std::memcpy(&stored, image.voxels.bytes.data() + i * sizeof(stored_type), sizeof(stored_type));
                // Every integer below 2^53 is exact in double, and what is above is no label; so is the comparison.
                const double product = static_cast<double>(stored) * scaling.slope;
                const double value = scaling.identity() ? static_cast<double>(stored) : product + scaling.intercept;
                const bool ignored = rules.ignore && value == static_cast<double>(*rules.ignore);
                if (!ignored && !(value >= 0 && value < static_cast<double>(above) && value == std::floor(value))) {
                    wrong = error(error_kind::corrupt, file, -1,
                                  "label " + detail::number_text(value) + " at voxel " + detail::voxel_text(h, i),
                                  "a whole number from 0 to " + std::to_string(above - 1));
                    return;
                }
                labels[i] = static_cast<std::int32_t>(value);
            }
        });
        if (wrong) return wrong;
        return labels;
    });
}

}  // namespace ctnn
