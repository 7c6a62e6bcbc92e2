// SPDX-License-Identifier: MIT
/// \file
/// How far training is, written while it runs.
#pragma once

#include <cstdio>
#include <string>

#include "ctnn/core/clock.hpp"
#include "ctnn/core/terminal.hpp"
#include "ctnn/train/history.hpp"

namespace ctnn {

/// A callback that shows a bar with samples a second, time left and the running loss, and a line for each finished
/// epoch.
///
/// On a terminal the bar is drawn over itself, ten times a second at most. Elsewhere (a file, a pipe) it is plain
/// lines: one an epoch, and in a long epoch one every ten seconds.
///
///     ctnn::progress_bar bar;
///     ctnn::fit(model, train, loss, ctnn::adam{}, {.epochs = 10, .callbacks = {&bar}});
class progress_bar final : public training_callback {
public:
    explicit progress_bar(std::FILE* to = stdout) : progress_bar(to, is_terminal(to)) {}
    /// \param drawn_over a bar, or plain lines
    progress_bar(std::FILE* to, bool drawn_over) : to_(to), drawn_over_(drawn_over) {}

    void run_begins(training_moment& now) override {
        start_ = epoch_start_ = last_shown_ = seconds_now();
        epochs_before_ = epochs_done(now);
        samples_before_ = now.samples;
    }
    void epoch_begins(training_moment& now) override {
        epoch_start_ = last_shown_ = seconds_now();
        if (now.epoch == 1) start_ = epoch_start_;
        samples_before_ = 0;
        show(now);
    }
    void batch_ends(training_moment& now) override {
        const double wait = drawn_over_ ? 0.1 : 10;
        if (seconds_now() - last_shown_ < wait || now.batch == now.batches) return;
        last_shown_ = seconds_now();
        show(now);
    }
    void epoch_ends(training_moment& now, const epoch_record& done) override {
        std::string line = heading(now) + number("  loss ", done.loss);
        if (done.accuracy >= 0) line += number("  accuracy ", done.accuracy);
        if (done.validation_loss >= 0) line += number("  |  validation loss ", done.validation_loss);
        if (done.validation_accuracy >= 0) line += number("  accuracy ", done.validation_accuracy);
        if (done.validation_auc >= 0) line += number("  AUC ", done.validation_auc);
        line += number("  |  ", done.seconds, 1) + " s";
        write(line);
        std::fputc('\n', to_);
        std::fflush(to_);
        last_length_ = 0;
    }

private:
    static std::string number(const char* before, double value, int digits = 4) {
        char text[64];
        std::snprintf(text, sizeof text, "%s%.*f", before, digits, value);
        return text;
    }
    static std::string duration(double seconds) {
        const long whole = static_cast<long>(seconds + 0.5);
        char text[64];
        if (whole < 60)
            std::snprintf(text, sizeof text, "%ld s", whole);
        else
            std::snprintf(text, sizeof text, "%ld:%02ld min", whole / 60, whole % 60);
        return text;
    }
    static double epochs_done(const training_moment& now) {
        const double share = now.batches > 0 ? static_cast<double>(now.batch) / static_cast<double>(now.batches) : 0;
        return static_cast<double>(now.epoch - 1) + share;
    }
    /// "epoch  3/12", as wide for the first epoch as for the last.
    static std::string heading(const training_moment& now) {
        const std::string last = std::to_string(now.epochs), current = std::to_string(now.epoch);
        return "epoch " + std::string(last.size() > current.size() ? last.size() - current.size() : 0, ' ') + current +
               "/" + last;
    }

    void show(const training_moment& now) {
        if (now.batch == 0 && !drawn_over_) return;
        const double share = static_cast<double>(now.batch) / static_cast<double>(now.batches);
        const double seconds = seconds_now() - epoch_start_;
        std::string line = heading(now);
        if (drawn_over_) {
            constexpr std::size_t width = 24;
            const std::size_t full = static_cast<std::size_t>(share * static_cast<double>(width));
            line += " [" + std::string(full, '=') + (full < width ? ">" : "") +
                    std::string(full < width ? width - full - 1 : 0, ' ') + "]";
        }
        line += " batch " + std::to_string(now.batch) + "/" + std::to_string(now.batches);
        if (now.batch > 0 && seconds > 0) {
            const double done = epochs_done(now), seen = static_cast<double>(now.samples - samples_before_);
            const double left =
                (seconds_now() - start_) / (done - epochs_before_) * (static_cast<double>(now.epochs) - done);
            line += number("  loss ", now.loss) + number("  ", seen / seconds, 0) + " samples/s  " + duration(left) +
                    " left";
        }
        write(line);
        if (!drawn_over_) std::fputc('\n', to_);
        std::fflush(to_);
    }
    /// A line over the one that stands there: what the new one does not reach is blanked.
    void write(const std::string& line) {
        const std::size_t blanks = drawn_over_ && last_length_ > line.size() ? last_length_ - line.size() : 0;
        std::fprintf(to_, "%s%s%s", drawn_over_ ? "\r" : "", line.c_str(), std::string(blanks, ' ').c_str());
        last_length_ = line.size();
    }

    std::FILE* to_;
    bool drawn_over_;
    double start_ = 0, epoch_start_ = 0, last_shown_ = 0;
    std::size_t last_length_ = 0;
    double epochs_before_ = 0;  // of a run that goes on
    extent samples_before_ = 0;
};

}  // namespace ctnn
