// SPDX-License-Identifier: MIT
/// \file
/// The contract between a loss and the end of a network, checked when they meet.
#pragma once

#include "ctnn/graph/heads.hpp"
#include "ctnn/graph/network.hpp"
#include "ctnn/train/loss/loss.hpp"

namespace ctnn {

/// What the compiler prints when a loss and a network do not belong together. The logarithms that log_softmax gives are
/// logits too: softmax makes the same probabilities of them.
template <network_head Ends, loss_head Wants, class Loss>
struct loss_refused {
    static_assert(Wants != loss_head::softmax || Ends == network_head::softmax,
                  "ctnn: this loss needs a network that ends with softmax; "
                  "add softmax, or use the loss of that name _with_logits");
    static_assert(Wants != loss_head::sigmoid || Ends == network_head::sigmoid,
                  "ctnn: this loss needs a network that ends with sigmoid; "
                  "add sigmoid, or use the loss of that name _with_logits");
    static_assert(Wants != loss_head::softmax_logits || Ends == network_head::none || Ends == network_head::log_softmax,
                  "ctnn: this loss needs a network that ends without softmax or sigmoid; "
                  "remove the head, or after a softmax use the loss without _with_logits");
    static_assert(Wants != loss_head::sigmoid_logits || Ends == network_head::none,
                  "ctnn: this loss needs a network that ends without softmax or sigmoid; "
                  "remove the head, or after a sigmoid use the loss without _with_logits");
    static_assert(Wants != loss_head::log_softmax || Ends == network_head::log_softmax,
                  "ctnn: negative_log_likelihood needs a network that ends with log_softmax; "
                  "add log_softmax, or use cross_entropy after a softmax");
    static_assert(Wants != loss_head::scores || Ends == network_head::none,
                  "ctnn: this loss needs scores that may have any sign and size; "
                  "remove the softmax, sigmoid or log_softmax at the network's end");
    static_assert(Wants != loss_head::embedding || Ends == network_head::none,
                  "ctnn: this loss compares embeddings, and probabilities are none; "
                  "remove the softmax, sigmoid or log_softmax at the network's end");
};

namespace detail {
/// The head behind a concatenation is none: a single loss sees all branches as one.
template <class Net>
constexpr network_head single_head() {
    return count_heads(Net::table) == 1 ? head_at(Net::table, 0).ends : network_head::none;
}
template <class Net, class Loss>
struct check_head : loss_refused<single_head<Net>(), Loss::head, Loss> {};
}  // namespace detail

}  // namespace ctnn
