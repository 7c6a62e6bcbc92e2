// SPDX-License-Identifier: MIT
/// \file
/// Writing a canvas as a PNG file. Needs stb_image_write; to include this file is to ask for it.
#pragma once

#include <string>

#include "ctnn/io/picture.hpp"
#include "ctnn/report/canvas.hpp"

namespace ctnn {

/// Writes a canvas as a PNG file, crash-safe; see write_png().
[[nodiscard, gnu::cold]] inline error write_png(const std::string& path, const canvas& picture) {
    return write_png(path, picture.pixels(), picture.height(), picture.width(), 3);
}

}  // namespace ctnn
