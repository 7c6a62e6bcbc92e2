// SPDX-License-Identifier: MIT
/// \file
/// What segment.cpp does for images, for volumes.
#include "segment/networks.hpp"
#include "segment/train.hpp"
#include "segment/volumes.hpp"

namespace segment {

int train_on_volumes(const case_source& source, const options& o) {
    const auto place = pick_network<volume_networks>(source.wanted);
    if (!place) return refuse(place.error());
    return with_network<volume_networks>(*place, [&]<class Net>() {
        const auto trained = train<Net>(source, o);
        return trained ? 0 : refuse(trained.error());
    });
}

bool has_volume_network(const std::string& fingerprint) { return find_network<volume_networks>(fingerprint) >= 0; }

int use_on_volumes(const options& o, const std::string& fingerprint) {
    return with_network<volume_networks>(find_network<volume_networks>(fingerprint), [&]<class Net>() {
        return o.command == "evaluate" ? evaluate<Net>(o) : predict<Net>(o);
    });
}

}  // namespace segment
