// SPDX-License-Identifier: MIT
/// \file
/// The contract between a loss and the end of a network, checked when they meet.
#pragma once

#include "ctnn/graph/network.hpp"
#include "ctnn/train/loss/loss.hpp"

namespace ctnn {

/// What a network ends with.
enum class network_head : unsigned char { none, softmax, sigmoid };

namespace detail {

template <class Net>
constexpr network_head head_of() {
    for (const operation& row : Net::table.rows) {
        if (row.result != Net::table.output) continue;
        if (row.what == kind::softmax) return network_head::softmax;
        if (row.what == kind::activation && row.activation == activation::sigmoid) return network_head::sigmoid;
    }
    return network_head::none;
}

}  // namespace detail

/// What the compiler prints when a loss and a network do not belong together.
template <network_head Ends, loss_head Wants>
struct loss_refused {
    static_assert(Wants != loss_head::softmax || Ends == network_head::softmax,
                  "ctnn: cross_entropy needs a network that ends with softmax; "
                  "add softmax, or use cross_entropy_with_logits");
    static_assert(Wants != loss_head::sigmoid || Ends == network_head::sigmoid,
                  "ctnn: binary_cross_entropy needs a network that ends with sigmoid; "
                  "add sigmoid, or use binary_cross_entropy_with_logits");
    static_assert(Wants != loss_head::softmax_logits || Ends == network_head::none,
                  "ctnn: cross_entropy_with_logits needs a network that ends without softmax or sigmoid; "
                  "remove the head, or use cross_entropy after a softmax");
    static_assert(Wants != loss_head::sigmoid_logits || Ends == network_head::none,
                  "ctnn: binary_cross_entropy_with_logits needs a network that ends without softmax or sigmoid; "
                  "remove the head, or use binary_cross_entropy after a sigmoid");
};

namespace detail {
template <class Net, loss_head Wants>
struct check_head : loss_refused<head_of<Net>(), Wants> {};
}  // namespace detail

}  // namespace ctnn
