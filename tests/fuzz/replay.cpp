// SPDX-License-Identifier: MIT
/// \file
/// Runs the fuzz targets on their committed inputs, with every compiler: replay <folder of corpora>.
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <ctnn/io/file.hpp>
#include <filesystem>
#include <string>
#include <vector>

#include "targets.hpp"

int main(int count, char** words) {
    if (count < 2) return 2;
    std::size_t inputs = 0;
    for (const fuzz::target* target : {&fuzz::image_target, &fuzz::nifti_target, &fuzz::nifti_gzip_target,
                                       &fuzz::array_target, &fuzz::model_file_target, &fuzz::csv_target}) {
        if (count > 2 && std::strcmp(words[2], target->name) != 0) continue;
        std::vector<std::string> files;
        for (const auto& entry : std::filesystem::directory_iterator(std::filesystem::path(words[1]) / target->name))
            files.push_back(entry.path().string());
        std::sort(files.begin(), files.end());
        target->read({});
        for (const std::string& file : files) {
            const auto bytes = ctnn::read_file(file);
            fuzz::require(bytes.has_value(), file.c_str());
            target->read(*bytes);
            fuzz::byte_vector changed = *bytes;
            // The target's own changes, ten of each input, so that they are tried everywhere as well.
            fuzz::random_bits random(static_cast<unsigned>(inputs) + 1);
            for (int i = 0; i < 10; ++i) {
                target->change(changed, random);
                if (i % 2 == 0) target->repair(changed);
                target->read(changed);
            }
        }
        std::printf("%s: %zu inputs\n", target->name, files.size());
        inputs += files.size();
    }
    return inputs == 0;
}
