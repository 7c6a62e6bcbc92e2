// SPDX-License-Identifier: MIT
/// \file
/// Packed NIfTI files.
#include "nifti_fuzz.hpp"

namespace fuzz {
namespace {

constexpr std::int64_t budget = 1 << 20;

void read(byte_view input) {
    const auto plain = ctnn::gunzip(input, "x.gz", budget);
    require(!plain || static_cast<std::int64_t>(plain->size()) <= budget, "more bytes than the budget");
    const byte_vector file(input.data, input.data + input.size);
    const auto image = ctnn::parse_nifti(file, "x.nii.gz", budget);
    if (ctnn::is_gzip(input)) {
        // The header says how far a file is unpacked; what is taken is what the whole content gives.
        require(!image || plain.has_value(), "an image from a file that cannot be unpacked");
        if (!plain) return;
        const auto unpacked = ctnn::parse_nifti(*plain, "x.nii", budget);
        require(image.has_value() == unpacked.has_value() || ctnn::is_gzip(*plain), "packed and plain differ");
        if (image) {
            require(image->voxels.bytes == unpacked->voxels.bytes, "packed and plain have other voxels");
            const auto again = ctnn::gzip(*plain);
            require(again.has_value() && *ctnn::gunzip(*again, "x.gz", budget) == *plain, "gzip is not undone");
        }
        // A pair of packed files, of which the first stands for both.
        (void)ctnn::parse_nifti_pair(file, file, "x.hdr.gz", "x.img.gz", budget);
    }
    if (image) check_nifti(*image);
}

/// Changes what is packed, and packs it again, perhaps as two members or with zeros behind.
void change(byte_vector& file, random_bits& random) {
    auto plain = ctnn::gunzip(file, {}, budget);
    if (!plain || pick(random, 8) == 0) return change_bytes(file, random);
    change_nifti(*plain, random);
    const std::size_t cut = pick(random, 4) == 0 ? pick(random, plain->size() + 1) : plain->size();
    auto packed = ctnn::gzip({plain->data(), static_cast<extent>(cut)});
    if (!packed) return;
    file = *std::move(packed);
    if (cut < plain->size()) {
        const auto second = ctnn::gzip({plain->data() + cut, static_cast<extent>(plain->size() - cut)});
        if (second) file.insert(file.end(), second->begin(), second->end());
    }
    if (pick(random, 8) == 0) file.resize(file.size() + pick(random, 20));
}

void repair(byte_vector&) {}

}  // namespace

const target nifti_gzip_target{"nifti_gzip", read, change, repair};

}  // namespace fuzz
