// SPDX-License-Identifier: MIT
/// \file
/// The progress bar: drawn over itself on a terminal, plain lines elsewhere.
#include <doctest/doctest.h>
#include <cstdio>
#include <string>

#include <ctnn/train/progress_bar.hpp>

namespace {
/// What the bar writes in two epochs of three batches.
std::string written(bool drawn_over, double validation = -1) {
    std::FILE* file = std::tmpfile();
    REQUIRE(file != nullptr);
    ctnn::progress_bar bar(file, drawn_over);
    ctnn::training_moment now{.epochs = 10, .batches = 3};
    for (now.epoch = 9; now.epoch <= 10; ++now.epoch) {
        now.batch = now.samples = 0;
        bar.epoch_begins(now);
        for (now.batch = 1; now.batch <= 3; ++now.batch) {
            now.samples += 32;
            now.loss = 0.5;
            bar.batch_ends(now);
        }
        ctnn::epoch_record done{.epoch = now.epoch, .loss = 0.25, .seconds = 1.5};
        if (validation >= 0) done.validation_loss = validation;
        bar.epoch_ends(now, done);
    }
    std::string text(static_cast<std::size_t>(std::ftell(file)), ' ');
    std::rewind(file);
    REQUIRE(std::fread(text.data(), 1, text.size(), file) == text.size());
    std::fclose(file);
    return text;
}
}  // namespace

TEST_CASE("in a file the progress bar is one plain line an epoch") {
    CHECK(written(false) == "epoch  9/10  loss 0.2500  |  1.5 s\nepoch 10/10  loss 0.2500  |  1.5 s\n");
    CHECK(written(false, 0.125).find("epoch  9/10  loss 0.2500  |  validation loss 0.1250  |  1.5 s\n") == 0);
}

TEST_CASE("on a terminal the progress bar begins empty and gives way to the epoch's line") {
    const std::string text = written(true);
    CHECK(text.find("\repoch  9/10 [>                       ] batch 0/3") == 0);
    const std::size_t end = text.find('\n');
    REQUIRE(end != std::string::npos);
    // The line that stays is as long as the bar it covers: the rest is blanked.
    const std::string line = text.substr(text.rfind('\r', end) + 1, end - text.rfind('\r', end) - 1);
    CHECK(line.find("epoch  9/10  loss 0.2500  |  1.5 s") == 0);
    CHECK(line.size() == std::string("epoch  9/10 [>                       ] batch 0/3").size());
}

TEST_CASE("a file is no terminal") {
    std::FILE* file = std::tmpfile();
    REQUIRE(file != nullptr);
    CHECK_FALSE(ctnn::is_terminal(file));
    std::fclose(file);
}
