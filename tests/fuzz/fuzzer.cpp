// SPDX-License-Identifier: MIT
/// \file
/// libFuzzer's entry to one target, CTNN_FUZZ_TARGET. https://llvm.org/docs/LibFuzzer.html
#include <cstdint>
#include <cstring>

#include "targets.hpp"

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t most);

namespace {
const fuzz::target& target = fuzz::CTNN_FUZZ_TARGET;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    target.read({data, static_cast<fuzz::extent>(size)});
    return 0;
}

/// libFuzzer's own changes, or up to four of the target's; then, three times in four, everything is repaired.
extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t most, unsigned seed) {
    fuzz::random_bits random(seed);
    fuzz::byte_vector file(data, data + size);
    if (random() % 3 == 0) {
        file.resize(most);
        file.resize(LLVMFuzzerMutate(file.data(), size, most));
    } else {
        for (auto times = 1 + random() % 4; times > 0; --times) target.change(file, random);
    }
    if (random() % 4 != 0) target.repair(file);
    if (file.size() > most) file.resize(most);
    if (!file.empty()) std::memcpy(data, file.data(), file.size());
    return file.size();
}
