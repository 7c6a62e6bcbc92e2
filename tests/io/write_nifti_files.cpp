// SPDX-License-Identifier: MIT
/// \file
/// Writes NIfTI files of every type into the folder that it is given, for read_nifti.py. Voxel n, in the file's order,
/// is n * 7 % 101, less 50 for signed types.
#include <cstdint>
#include <cstdio>
#include <ctnn/data/volume.hpp>
#include <string>
#include <vector>

using namespace ctnn;

namespace {

int failures = 0;

void write(const std::string& path, const nifti_image& image) {
    const error failed = write_nifti(path, image);
    if (failed) std::puts(failed.what());
    failures += static_cast<bool>(failed);
}

template <class T>
array counted(const std::vector<extent>& shape) {
    extent count = 1;
    for (const extent axis : shape) count *= axis;
    std::vector<T> values;
    for (extent n = 0; n < count; ++n)
        values.push_back(static_cast<T>(n * 7 % 101 - (static_cast<T>(-1) < static_cast<T>(1) ? 50 : 0)));
    return make_array(shape, values);
}

affine_transform place() {
    affine_transform a;
    a.at = {{{-1.5, -0.25, 0, 90}, {-0.5, 0.75, 0, -126}, {0, 0, 2.5, -72}}};  // orthogonal columns
    return a;
}

template <class T>
void write_type(const std::string& folder, const std::string& name) {
    for (const int version : {1, 2}) {
        for (const bool big : {false, true}) {
            nifti_image image = make_nifti(counted<T>({5, 4, 3}), place());
            image.header.version = version;
            image.header.big_endian = big;
            const std::string base = folder + "/" + name + "-" + std::to_string(version) + (big ? "-big" : "-little");
            write(base + ".nii", image);
#if defined(CTNN_WITH_ZLIB)
            if (!big) write(base + ".nii.gz", image);
#endif
        }
    }
}

}  // namespace

int main(int count, char** arguments) {
    if (count != 2) return 2;
    const std::string folder = arguments[1];
    write_type<std::uint8_t>(folder, "uint8");
    write_type<std::int8_t>(folder, "int8");
    write_type<std::uint16_t>(folder, "uint16");
    write_type<std::int16_t>(folder, "int16");
    write_type<std::uint32_t>(folder, "uint32");
    write_type<std::int32_t>(folder, "int32");
    write_type<std::uint64_t>(folder, "uint64");
    write_type<std::int64_t>(folder, "int64");
    write_type<float>(folder, "float32");
    write_type<double>(folder, "float64");
    for (extent rank = 1; rank <= 7; ++rank) {
        std::vector<extent> shape{2, 1, 3, 1, 2, 2, 3};
        shape.resize(static_cast<std::size_t>(rank));
        write(folder + "/axes" + std::to_string(rank) + "-1-little.nii",
              make_nifti(counted<std::int16_t>(shape), place()));
    }
    nifti_image image = make_nifti(counted<std::int16_t>({5, 4, 3}), place());
    write(folder + "/pair-1-little.hdr", image);
    image.extensions.push_back({6, {'n', 'o', 't', 'e'}});
    set_text(image.header.descrip, "written by ctnn");
    image.header.scl_slope = 0.5;
    image.header.scl_inter = -3;
    write(folder + "/scaled-1-little.nii", image);
    image.header.version = 2;
    write(folder + "/scaled-2-little.nii", image);

    // Through a volume: channels last in memory, fourth axis in the file.
    const volume v = to_volume(make_nifti(counted<float>({2, 5, 4, 3}), place()));
    const error failed = write_volume(folder + "/volume-1-little.nii", v);
    failures += static_cast<bool>(failed);
    return failures;
}
