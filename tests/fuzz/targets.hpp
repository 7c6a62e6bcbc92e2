// SPDX-License-Identifier: MIT
/// \file
/// The fuzz targets: each reads any bytes, and what a reader accepts must be whole and survive being written and read
/// again. A target that finds something else ends the program.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <ctnn/io/bytes.hpp>
#include <random>

namespace fuzz {

using ctnn::byte_vector;
using ctnn::byte_view;
using ctnn::extent;

/// What a fuzzer looks for besides crashes and what the sanitizers see.
inline void require(bool right, const char* what) {
    if (right) return;
    std::fprintf(stderr, "fuzz: %s\n", what);
    std::abort();
}

using random_bits = std::minstd_rand;

/// A kind of file: how it is read, and how a file is changed so that it stays nearly one.
struct target {
    const char* name;
    void (*read)(byte_view input);
    void (*change)(byte_vector& file, random_bits& random);  ///< changes fields by their meaning
    void (*repair)(byte_vector& file);                       ///< makes checksums and lengths right again
};

extern const target image_target, nifti_target, nifti_gzip_target, array_target, model_file_target, csv_target;

}  // namespace fuzz
