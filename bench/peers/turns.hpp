// SPDX-License-Identifier: MIT
/// \file
/// How a program of the comparison is asked: it prepares a network, says that it is ready, and measures when it is its
/// turn. bench/compare.py gives the turns to one program after the other, so that all see the same moments.
#pragma once

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>
#include <vector>

namespace turns {

/// What is to be measured: <program> <network> <batch> <threads> <infer|train>.
struct request {
    std::string network;
    int batch = 1, threads = 1;
    bool train = false;
};

inline request read_request(int count, char** words) {
    if (count != 5) {
        std::fprintf(stderr, "usage: %s <network> <batch> <threads> infer|train\n", words[0]);
        std::exit(2);
    }
    return {words[1], std::atoi(words[2]), std::atoi(words[3]), std::string(words[4]) == "train"};
}

/// Ends a program that does not have what was asked for: the table shows a dash.
[[noreturn]] inline void decline(const std::string& why) {
    std::printf("declined\t%s\n", why.c_str());
    std::exit(0);
}

/// Microseconds of the clock or, for one thread, of the processor time of this process: on an idle machine the same, on
/// a busy one a neighbor who takes the core away does not count.
inline double microseconds(bool processor) {
    timespec now{};
    clock_gettime(processor ? CLOCK_PROCESS_CPUTIME_ID : CLOCK_MONOTONIC, &now);
    return static_cast<double>(now.tv_sec) * 1e6 + static_cast<double>(now.tv_nsec) * 1e-3;
}

/// A call and how it is timed.
template <class Call>
struct timed {
    Call call;
    bool processor;  ///< one thread: processor time

    /// The median of the calls that fit into `seconds`, three at least, in microseconds. Short calls are timed in
    /// groups of some 200 us, beside which reading the clock is nothing.
    [[nodiscard]] double median(double seconds) const {
        std::vector<double> times;
        long group = 1;
        const double start = microseconds(false);
        for (double now = start; times.size() < 3 || now - start < seconds * 1e6; now = microseconds(false)) {
            const double before = microseconds(processor);
            for (long i = 0; i < group; ++i) call();
            const double taken = microseconds(processor) - before;
            if (taken < 100)
                group *= 2;
            else
                times.push_back(taken / static_cast<double>(group));
        }
        const auto middle = times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2);
        std::nth_element(times.begin(), middle, times.end());
        return *middle;
    }
};

/// The variant whose calls are shortest, by five turns of each in alternation: a peer that has several ways to run a
/// network is measured at its best.
template <class Call>
std::size_t fastest(const request& asked, const std::vector<Call>& variants) {
    std::vector<double> best(variants.size(), 1e300);
    for (int round = 0; round < 5 && variants.size() > 1; ++round)
        for (std::size_t i = 0; i < variants.size(); ++i)
            best[i] = std::min(best[i], timed<Call>{variants[i], asked.threads == 1}.median(0.05));
    return static_cast<std::size_t>(std::min_element(best.begin(), best.end()) - best.begin());
}

/// Says "ready", then for each line of the input, a number of seconds, lets `answer` print what measure() gives.
template <class Call, class Answer>
int serve(const request& asked, const std::string& version, const std::string& variant, const Call& call,
          const Answer& answer) {
    const timed<const Call&> work{call, asked.threads == 1};
    std::printf("ready\t%s\t%s\n", version.c_str(), variant.c_str());
    std::fflush(stdout);
    double seconds = 0;
    while (std::scanf("%lf", &seconds) == 1) {
        (void)work.median(seconds / 5);  // warms the caches and the clock
        answer([&] { return work.median(seconds); });
        std::printf("\n");
        std::fflush(stdout);
    }
    return 0;
}

/// The same with the median of the calls in microseconds as the answer.
template <class Call>
int serve(const request& asked, const std::string& version, const std::string& variant, const Call& call) {
    return serve(asked, version, variant, call, [](const auto& measure) { std::printf("%.3f", measure()); });
}

}  // namespace turns
