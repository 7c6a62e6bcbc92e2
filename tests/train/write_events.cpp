// SPDX-License-Identifier: MIT
/// \file
/// Trains with an event file and a CSV log of the same run, adds a picture and a histogram that are known, and saves
/// the weights: write_events <folder>.
#include <cstdio>
#include <string>

#include "small_data.hpp"

using namespace small_data;

int main(int, char** arguments) {
    const std::string folder = arguments[1];
    const auto train = lines(24, 21), valid = lines(20, 22);
    nn::model<net> m{nn::seed{5}};
    nn::tensorboard_log board(folder, {.every_batches = 2, .gradients_every = 2});
    nn::history_log log(folder + "/history.csv");
    const auto history =
        nn::fit(m, train, nn::cross_entropy{}, nn::adam{.rate = 0.01},
                {.epochs = 3, .batch = 8, .validation = &valid, .threads = 1, .callbacks = {&board, &log}});
    if (!history) return std::fprintf(stderr, "%s\n", history.error().what()), 1;
    nn::event_file& events = board.file();
    const double numbers[] = {0, 1, 1, 2, 10};
    if (auto failed =
            events.add_histogram("known", 300, nn::make_histogram(5, [&](nn::extent i) { return numbers[i]; })))
        return std::fprintf(stderr, "%s\n", failed.what()), 1;
#if defined(CTNN_WITH_IMAGES)
    const unsigned char pixels[] = {0, 50, 100, 150, 200, 250};
    const auto png = nn::format_png(pixels, 2, 3, 1);
    if (!png || events.add_png("picture", 300, 2, 3, 1, *png)) return 1;
#endif
    if (auto failed = nn::save(m, folder + "/model.safetensors")) return std::fprintf(stderr, "%s\n", failed.what()), 1;
}
