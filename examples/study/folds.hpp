// SPDX-License-Identifier: MIT
/// \file
/// study folds: cross-validation.
#pragma once

#include "training.hpp"

namespace study {

inline nn::error folds(const options& o, const parts<xray>& data) {
    const auto cut = nn::stratified_folds(data.train.labels, 5, nn::seed{static_cast<std::uint64_t>(o.seed)});
    if (!cut) return cut.error();
    const nn::seed start{static_cast<std::uint64_t>(o.seed)};
    const auto found = nn::cross_validate<net>(samples(data.train, slight, start), *cut, nn::cross_entropy{}, descent,
                                               settings(o, start));
    if (!found) return found.error();
    std::printf("5-fold cross-validation of the training part\n%s\n", found->text().c_str());
    return {};
}

}  // namespace study
