// SPDX-License-Identifier: MIT
/// \file
/// What the two files share: the network and its model, which carry no instruction set in their names or layout.
#pragma once

#include <ctnn/ctnn.hpp>

using net = ctnn::network<ctnn::shape<12, 12, 3>, ctnn::conv<17>, ctnn::relu, ctnn::max_pool<>, ctnn::flatten,
                          ctnn::dense<5>, ctnn::softmax>;
using image = ctnn::tensor<net::input>;
using scores = ctnn::tensor<net::output>;

/// What each file compiles for its own instruction set.
struct unit {
    const char* instructions;
    ctnn::result<ctnn::training_history> (*train)(ctnn::model<net>&, const ctnn::dataset<net::input>&);
    scores (*predict)(const ctnn::model<net>&, const image&);
};
extern const unit baseline, native;
