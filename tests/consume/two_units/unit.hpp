// SPDX-License-Identifier: MIT
/// \file
/// The same code for both files, which differ in their instruction set alone.
#pragma once

#include <algorithm>

#include "shared.hpp"

// The name of the backend, which begins with the instruction set.
#define TEXT_(x) #x
#define TEXT(x) TEXT_(x)
static constexpr const char* instructions = TEXT(CTNN_BACKEND);

static ctnn::result<ctnn::training_history> train(ctnn::model<net>& model, const ctnn::dataset<net::input>& data) {
    return ctnn::fit(model, data, ctnn::cross_entropy{}, ctnn::adam{}, {.epochs = 2, .batch = 4});
}

static scores predict(const ctnn::model<net>& model, const image& picture) {
    auto engine = ctnn::freeze(model);
    scores result;
    std::ranges::copy(engine(picture), result.begin());
    return result;
}
