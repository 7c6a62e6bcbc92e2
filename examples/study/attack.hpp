// SPDX-License-Identifier: MIT
/// \file
/// study attack: accuracy under attacks, before and after training against them.
#pragma once

#include "training.hpp"

namespace study {

inline nn::error attack(const options& o, const parts<xray>& data) {
    // 4 of 255 gray values, in units of an input from -1 to 1.
    constexpr double epsilon = 4.0 / 255 * scaling.factor;
    const nn::seed start{static_cast<std::uint64_t>(o.seed)};
    const auto plain = trained(o, data.train, start);
    if (!plain) return plain.error();

    nn::model<net> hardened{start};
    nn::adversarial_training harder(hardened, nn::cross_entropy{}, nn::pgd(epsilon, 3, -1, 1));
    const auto done = trained(o, data.train, start, {}, {&harder}, &hardened);
    if (!done) return done.error();

    std::printf("accuracy on the test part, attacks of 4 / 255\n%-30s %8s %8s %8s\n", "", "clean", "FGSM", "PGD 20");
    for (const auto& [name, m] : {std::pair{"as it is", &*plain}, std::pair{"after adversarial training", &*done}}) {
        std::printf("%-30s %8.4f", name, judged(*m, data.test).accuracy);
        for (const nn::attack& how : {nn::fgsm(epsilon, -1, 1), nn::pgd(epsilon, 20, -1, 1)}) {
            const auto hard = nn::attacked(*m, data.test, nn::cross_entropy{}, how, 64);
            if (!hard) return hard.error();
            std::printf(" %8.4f", judged(*m, *hard).accuracy);
        }
        std::printf("\n");
    }
    const auto records = nn::corruption_sweep(*plain, data.test, nn::cross_entropy{}, {.low = -1, .high = 1}, 64);
    if (!records) return records.error();
    std::printf("\n%s\n", nn::corruption_table(*records).c_str());
    return {};
}

}  // namespace study
