// SPDX-License-Identifier: MIT
/// \file
/// Trains a network that finds structures in images or volumes, judges it, and uses it.
///
///     segment/networks.hpp   the networks, each one type
///     segment/train.hpp      fit, save, load, freeze, judge
///     segment/use.hpp        what a deployed program does with a model file
///     segment/cases.hpp      from a file to its mask, in the file's own frame
///     segment/data.hpp       cases from folders, or phantoms.hpp, which draws them
///     segment/scores.hpp     overlaps and surface distances, printed and as a table
///     segment/pictures.hpp   overlays
///     segment/report.hpp     the page
///     segment_volumes.cpp    the same for the networks of volumes: a file of its own is compiled beside this one
#include <cstdio>
#include <string>
#include <vector>

#include <ctnn/ctnn.hpp>

#include "segment/networks.hpp"
#include "segment/options.hpp"
#include "segment/train.hpp"
#include "segment/volumes.hpp"

namespace segment {

int run(const options& o) {
    if (o.command == "train") {
        const auto source = open_source(o);
        if (!source) return refuse(source.error());
        if (source->of_volumes()) return train_on_volumes(*source, o);
        const auto place = pick_network<image_networks>(source->wanted);
        if (!place) return refuse(place.error());
        return with_network<image_networks>(*place, [&]<class Net>() {
            const auto trained = train<Net>(*source, o);
            return trained ? 0 : refuse(trained.error());
        });
    }
    const auto info = nn::read_model_info(o.model);
    if (!info) return refuse(info.error());
    if (has_volume_network(info->fingerprint)) return use_on_volumes(o, info->fingerprint);
    const int place = find_network<image_networks>(info->fingerprint);
    if (place < 0)
        return refuse({nn::error_kind::architecture_mismatch, o.model,
                       "is a model of none of the networks in examples/segment/networks.hpp; its layers are\n" +
                           info->architecture});
    return with_network<image_networks>(
        place, [&]<class Net>() { return o.command == "evaluate" ? evaluate<Net>(o) : predict<Net>(o); });
}

}  // namespace segment

int main(int count, char** words) {
    const auto options = segment::read_options(std::vector<std::string>(words + 1, words + count));
    if (!options) return segment::refuse(options.error());
    if (options->help) {
        std::fputs(segment::help, stdout);
        return 0;
    }
    return segment::run(*options);
}
