// SPDX-License-Identifier: MIT
/// \file
/// Trains with a checkpoint after every step and prints a hash of all that the run ends with: killed_run <checkpoint>.
#include <cstdio>

#include "small_data.hpp"

using namespace small_data;

int main(int, char** arguments) {
    const auto train = lines(64, 21), valid = lines(20, 22);
    nn::model<net> m{nn::seed{5}};
    nn::checkpoint keep(arguments[1], {.every_batches = 1});
    const auto history = nn::fit(m, train, nn::cross_entropy{}, nn::adam{.rate = 0.01},
                                 {.epochs = 12,
                                  .batch = 4,
                                  .validation = &valid,
                                  .restore_best = true,
                                  .threads = 1,
                                  .callbacks = {&keep},
                                  .schedule = nn::plateau_schedule{.factor = 0.8, .patience = 2},
                                  .accumulate = 2,
                                  .average = 0.9});
    if (!history) return std::fprintf(stderr, "%s\n", history.error().what()), 1;
    std::printf("%016llx best %td of %td, loss %.17g\n", static_cast<unsigned long long>(hash(m)), history->best_epoch,
                std::ssize(history->epochs), history->epochs.back().loss);
    std::fprintf(stderr, "%s\n", keep.resumed() ? "continued" : "began");
}
