// SPDX-License-Identifier: MIT
/// \file
/// The limits that an image's header is held against before any memory is taken.
#pragma once

#include <string>

#include "ctnn/core/error.hpp"
#include "ctnn/io/bytes.hpp"

namespace ctnn::detail {

/// The limits a caller sets.
struct image_limits {
    std::int64_t budget = 0;
    std::int64_t largest_side = 0;
};

/// Refuses sizes of 0, above the largest side, or whose pixels (4 channels of 16 bits at most) exceed the budget.
[[nodiscard]] inline error check_size(const std::string& file, extent at, std::int64_t height, std::int64_t width,
                                      const image_limits& limits) {
    const std::string found = std::to_string(height) + " x " + std::to_string(width) + " pixels";
    if (height < 1 || width < 1) return {error_kind::corrupt, file, at, found, "at least 1 x 1"};
    if (height > limits.largest_side || width > limits.largest_side)
        return {error_kind::too_large, file, at, found, "sides of at most " + std::to_string(limits.largest_side)};
    std::int64_t bytes = 0;
    if (!checked_multiply(height, width, bytes) || !checked_multiply(bytes, 8, bytes) || bytes > limits.budget)
        return {error_kind::too_large, file, at, found,
                "a budget of " + std::to_string(limits.budget) + " bytes at 8 a pixel"};
    return {};
}

}  // namespace ctnn::detail
