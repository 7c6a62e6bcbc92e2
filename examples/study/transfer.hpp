// SPDX-License-Identifier: MIT
/// \file
/// study transfer: what X-rays teach about cells.
#pragma once

#include "training.hpp"

namespace study {

/// The network of X-rays with names, in the size of cells.
template <nn::extent Classes>
using cell_network = nn::network<
    cell,
    nn::named<"backbone", nn::chain<classify::block<16>, nn::max_pool<>, classify::block<32>, nn::max_pool<>,
                                    classify::block<64>, nn::concat<nn::global_avg_pool, nn::global_max_pool>>>,
    nn::named<"head", nn::dense<Classes>>, nn::softmax>;

inline nn::error transfer(const options& o, const parts<xray>& rays, const parts<cell>& cells) {
    const nn::dataset<cell> few = few_of_each(cells.train, 50), as_rays = as_cells(rays.train);
    std::printf("cells, %td images to train on; accuracy on the test part, mean of %td seeds\n", few.size(), o.seeds);
    const char* const names[]{"from scratch", "backbone of X-rays, frozen", "backbone of X-rays, a tenth of the rate"};
    const std::vector<nn::parameter_group> groups[]{
        {}, {nn::frozen("backbone.*")}, {{.names = "backbone.*", .rate = 0.1}}};
    std::vector<double> accuracies[3];
    nn::extent left = 0;
    for (nn::extent k = 0; k < o.seeds; ++k) {
        const nn::seed start{static_cast<std::uint64_t>(o.seed + k)};
        const auto of = [&](nn::extent epochs) {
            return nn::fit_options<nn::dataset<cell>>{
                .epochs = epochs,
                .batch = 32,
                .random = start,
                .schedule = nn::cosine_schedule{.length = static_cast<double>(epochs)}};
        };
        nn::model<cell_network<2>> teacher{start};
        const auto taught = nn::fit(teacher, as_rays, nn::cross_entropy{}, descent, of((o.epochs + 1) / 2));
        if (!taught) return taught.error();
        for (std::size_t way = 0; way < 3; ++way) {
            nn::model<cell_network<3>> m{start};
            if (way > 0) {
                const auto taken = nn::take_over(m, teacher);
                if (!taken) return taken.error();
                left = std::ssize(taken->differs);
            }
            nn::fit_options<nn::dataset<cell>> with = of(3 * o.epochs);
            with.groups = groups[way];
            const auto history = nn::fit(m, few, nn::cross_entropy{}, descent, with);
            if (!history) return history.error();
            accuracies[way].push_back(nn::evaluate(m, cells.test, nn::cross_entropy{}, 64).accuracy);
        }
    }
    for (std::size_t way = 0; way < 3; ++way) {
        const nn::mean_and_spread found = nn::spread_of(accuracies[way]);
        std::printf("%-42s %8.4f +- %.4f\n", names[way], found.mean, found.deviation);
    }
    std::printf("(%td tensors of the head are new)\n\n", left);
    return {};
}

}  // namespace study
