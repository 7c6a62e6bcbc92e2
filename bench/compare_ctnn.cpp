// SPDX-License-Identifier: MIT
/// \file
/// ctnn as one of the programs that bench/compare.py asks: the network CTNN_NETWORK, in inference or, where
/// CTNN_TRAINING is defined, in training. Behind the microseconds it answers what share of the multiply-add peak and of
/// the bound it reached, in percent, by measurements before and after the turn.
#include "peers/turns.hpp"
#include "workload.hpp"

int main(int count, char** words) {
    using network = networks::CTNN_NETWORK;
    const turns::request asked = turns::read_request(count, words);
#if defined(CTNN_TRAINING)
    bench::training<network, bench::loss_of<network>::type> work(asked.batch, asked.threads);
#else
    bench::inference<network> work(asked.batch, asked.threads);
#endif
    const std::string version = std::to_string(CTNN_VERSION_MAJOR) + "." + std::to_string(CTNN_VERSION_MINOR) + "." +
                                std::to_string(CTNN_VERSION_PATCH);
    const std::string vectors = std::to_string(8 * sizeof(ctnn::kernels::vec<float>)) + "-bit vectors";
    const auto call = [&] { work(); };
    return turns::serve(asked, version, vectors, call, [&](const auto& measure) {
        double peak = bench::peak_flops(asked.threads);
        const double taken = measure() * 1e-6;
        peak = (peak + bench::peak_flops(asked.threads)) / 2;
        const double least = bench::least_seconds<network>(work.operations(), work.samples(), peak, asked.threads);
        std::printf("%.3f\t%.1f\t%.1f", taken * 1e6, 100 * work.operations() / (taken * peak), 100 * least / taken);
    });
}
