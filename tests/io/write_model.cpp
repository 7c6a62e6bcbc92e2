// SPDX-License-Identifier: MIT
/// \file
/// Saves a model, for model_file.py to open without ctnn.
#include <cstdio>

#include "model_file_network.hpp"

int main(int count, char** words) {
    if (count != 2) return 2;
    const ctnn::error failed = ctnn::save(model_file_network::trained(), words[1]);
    if (failed) std::puts(failed.what());
    return failed ? 1 : 0;
}
