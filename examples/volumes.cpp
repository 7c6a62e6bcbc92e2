// SPDX-License-Identifier: MIT
/// \file
/// What classify.cpp does for images, for volumes.
#include "volumes.hpp"

#include "networks.hpp"
#include "options.hpp"
#include "train.hpp"
#include "use.hpp"

namespace classify {

int train_on_volumes(sample_source& source, const options& o) {
    const auto place = pick_network<volume_networks>(source.wanted);
    if (!place) return refuse(place.error());
    return with_network<volume_networks>(*place, [&]<class Net>() {
        const auto trained = train<Net>(source, o);
        if (!trained) return refuse(trained.error());
        return trained->disagreement <= largest_disagreement ? 0 : 1;
    });
}

bool has_volume_network(const std::string& fingerprint) { return find_network<volume_networks>(fingerprint) >= 0; }

int use_on_volumes(const options& o, const std::string& fingerprint) {
    return with_network<volume_networks>(find_network<volume_networks>(fingerprint), [&]<class Net>() {
        return o.command == "evaluate" ? evaluate<Net>(o) : predict<Net>(o);
    });
}

}  // namespace classify
