// SPDX-License-Identifier: MIT
/// \file
/// Deep supervision: one loss at the head of every resolution.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "ctnn/train/loss/joint.hpp"

namespace ctnn {

namespace detail {
template <class Net, class Loss, std::size_t... I>
[[nodiscard]] constexpr auto joint_of_one(const Loss& loss, std::index_sequence<I...>) {
    return joint<Net>((static_cast<void>(I), loss)...);
}
}  // namespace detail

/// The joint loss of a network whose heads give one result at several resolutions, the finest first: the same loss for
/// each, weighted 1, 1/2, 1/4, ... over their sum. weights[i] = 0 leaves head i out.
///
///     head, target, refuses  as joint(); coarse_labels() makes the labels
///
///     using net = ctnn::models::deeply_supervised_unet<1, ctnn::shape<64, 64, 1>>;
///     const auto loss = ctnn::deep_supervision<net>(ctnn::binary_cross_entropy{});
///     train.labels = ctnn::coarse_labels(loss, train.labels);
///
/// Isensee et al., "nnU-Net: a self-configuring method for deep learning-based biomedical image segmentation", 2021,
/// which weights so; Lee et al., "Deeply-supervised nets", 2014
template <class Net, loss_function Loss>
[[nodiscard]] constexpr auto deep_supervision(const Loss& loss) {
    constexpr int heads = detail::count_heads(Net::table);
    auto all = detail::joint_of_one<Net>(loss, std::make_index_sequence<static_cast<std::size_t>(heads)>{});
    double weight = 1, sum = 0;
    for (int i = 0; i < heads; ++i, weight /= 2) sum += all.weights[i] = weight;
    for (double& each : all.weights) each /= sum;
    return all;
}

/// Labels [sample][position] of the finest head (or [sample][position][label]) -> those of all heads of a joint loss,
/// [sample][head][position]: a coarser head takes at each of its positions the label nearest to the center of what it
/// stands for, of two equally near the later (PyTorch's interpolate with mode nearest-exact, as nnU-Net does). Classes
/// are never mixed, and a label that is ignored stays so.
///
/// The answer is empty where the labels are no whole samples of the finest head's.
template <class Output, class... Heads, class... Losses>
[[nodiscard, gnu::cold]] std::vector<std::int32_t> coarse_labels(const joint_loss<Output, types<Heads...>, Losses...>&,
                                                                 const std::vector<std::int32_t>& labels) {
    using loss = joint_loss<Output, types<Heads...>, Losses...>;
    constexpr dims fine = loss::heads[0];
    constexpr extent each = loss::slice(1).labels / fine.positions();
    constexpr bool one_result = [] {
        extent total = 0;
        for (const dims& head : loss::heads) total += head.rank == fine.rank ? head.positions() * each : 0;
        return each > 0 && total == loss::slice(loss::count).labels;
    }();
    static_assert(one_result,
                  "ctnn: coarse_labels needs a joint loss whose heads are one result at several resolutions; for heads "
                  "of another kind write their labels one behind the other in each sample");
    const extent size = fine.positions() * each, samples = static_cast<extent>(labels.size()) / size;
    std::vector<std::int32_t> all;
    if (samples * size != static_cast<extent>(labels.size())) return all;
    all.reserve(static_cast<std::size_t>(samples * loss::slice(loss::count).labels));
    for (extent s = 0; s < samples; ++s)
        for (const dims& head : loss::heads)
            for (extent p = 0; p < head.positions(); ++p) {
                const extent at[3]{p / head.width() / head.height(), p / head.width() % head.height(),
                                   p % head.width()};
                extent from = 0;  // the position that holds the center, (at + 1/2) * fine / head
                for (int a = 0; a < 3; ++a)
                    from = from * fine.axis[a] + (2 * at[a] + 1) * fine.axis[a] / (2 * head.axis[a]);
                const auto first = labels.begin() + s * size + from * each;
                all.insert(all.end(), first, first + each);
            }
    return all;
}

}  // namespace ctnn
