// SPDX-License-Identifier: MIT
/// \file
/// A small data set of volumes: crops of the hippocampus, and crops from elsewhere in the same volumes.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <ctnn/ctnn.hpp>

namespace hippocampus {
namespace nn = ctnn;

/// Crops of 16 x 16 x 16 voxels, which are millimeters here; two of each class a volume.
inline constexpr nn::extent side = 16, each = 2;

/// The first voxel of a crop along (depth, height, width), and how many of its voxels are hippocampus.
struct crop {
    std::array<nn::extent, 3> first{};
    nn::extent inside = 0;
};

/// All crops whose first voxel has even indices.
inline std::vector<crop> all_crops(const nn::label_volume& labels) {
    std::vector<crop> crops;
    const auto [depth, height, width] = labels.grid.extents();
    for (nn::extent z = 0; z + side <= depth; z += 2)
        for (nn::extent y = 0; y + side <= height; y += 2)
            for (nn::extent x = 0; x + side <= width; x += 2) {
                crop c{{z, y, x}, 0};
                for (nn::extent dz = 0; dz < side; ++dz)
                    for (nn::extent dy = 0; dy < side; ++dy)
                        for (nn::extent dx = 0; dx < side; ++dx) c.inside += labels.at(z + dz, y + dy, x + dx) != 0;
                crops.push_back(c);
            }
    return crops;
}

/// Draws crops of a class, of which no two have the same place: at least 15 % of a crop's voxels are hippocampus, or
/// none is. There may be fewer than asked for.
inline std::vector<crop> draw(std::vector<crop> from, bool hippocampus, nn::random_stream& random) {
    constexpr nn::extent enough = side * side * side * 15 / 100;
    std::erase_if(from, [&](const crop& c) { return hippocampus ? c.inside < enough : c.inside > 0; });
    std::vector<crop> drawn;
    while (!from.empty() && static_cast<nn::extent>(drawn.size()) < each) {
        const auto at = random.next_below(static_cast<nn::extent>(from.size()));
        drawn.push_back(from[static_cast<std::size_t>(at)]);
        from.erase(from.begin() + static_cast<std::ptrdiff_t>(at));
    }
    return drawn;
}

/// Cuts the crops of one volume into the class folders of `to`.
inline nn::error cut(const std::filesystem::path& image_file, const std::filesystem::path& label_file,
                     const std::filesystem::path& to, std::uint64_t number) {
    const auto image = nn::read_volume(image_file.string());
    if (!image) return image.error();
    const auto labels = nn::read_labels(label_file.string(), {.classes = 3});
    if (!labels) return labels.error();
    const auto ras = nn::reorient(*image, "RAS");
    if (!ras) return ras.error();
    const auto ras_labels = nn::reorient(*labels, "RAS");
    if (!ras_labels) return ras_labels.error();
    if (ras->grid.extents() != ras_labels->grid.extents())
        return {nn::error_kind::shape_mismatch, label_file.string(), "has other extents than its image"};

    const std::vector<crop> crops = all_crops(*ras_labels);
    nn::random_stream random(nn::seed{1}, number);
    for (const bool hippocampus : {true, false}) {
        const std::filesystem::path folder = to / (hippocampus ? "hippocampus" : "elsewhere");
        std::error_code ignored;
        std::filesystem::create_directories(folder, ignored);
        char letter = 'a';
        for (const crop& c : draw(crops, hippocampus, random)) {
            const nn::volume_placement place{
                ras->grid.extents(), {side, side, side}, {-c.first[0], -c.first[1], -c.first[2]}};
            const auto piece = nn::place(*ras, place);
            if (!piece) return piece.error();
            const std::string name = nn::stem_of(image_file.string(), nn::volume_files) + "_" + letter++ + ".nii.gz";
            if (auto failed = nn::write_volume((folder / name).string(), *piece)) return failed;
        }
    }
    return {};
}

/// Cuts the volumes of FROM/{train,val,test}/{images,labels} into TO/{train,val,test}/{elsewhere,hippocampus}. A volume
/// is a patient, so no patient is in two parts.
inline nn::error cut_all(const std::string& from, const std::string& to) {
    std::uint64_t number = 0;
    for (const char* part : {"train", "val", "test"}) {
        const std::string images = (std::filesystem::path(from) / part / "images").string();
        std::vector<std::string> folders, files;
        if (auto failed = nn::detail::list_folder(images, folders, files, true)) return failed;
        for (const std::string& name : files) {
            const std::filesystem::path file = name;
            const std::filesystem::path labels = std::filesystem::path(from) / part / "labels" / file.filename();
            if (auto failed = cut(file, labels, std::filesystem::path(to) / part, number++)) return failed;
        }
    }
    return {};
}

}  // namespace hippocampus
