// SPDX-License-Identifier: MIT
/// \file
/// Trains a classifier of images or volumes, judges it, and uses it: the tour of the library.
///
///     networks.hpp      the networks, each one type, and how one of them is picked at run time
///     train.hpp         fit, save, load, freeze, judge
///     use.hpp           what a deployed program does with a model file
///     data.hpp          samples from folders, .npz files, or phantoms.hpp, which draws them
///     volumes.cpp       the same for the networks of volumes: a file of its own is compiled beside this one
///     verdict.hpp       report, confusion matrix, pictures, tables
///     options.hpp       the command line
#include <cstdio>
#include <string>
#include <vector>

#include <ctnn/ctnn.hpp>

#include "networks.hpp"
#include "options.hpp"
#include "train.hpp"
#include "use.hpp"
#include "volumes.hpp"

namespace classify {

int run(const options& o) {
    if (o.command == "train") {
        auto source = open_source(o);
        if (!source) return refuse(source.error());
        if (source->of_volumes()) return train_on_volumes(*source, o);
        const auto place = pick_network<networks>(source->wanted);
        if (!place) return refuse(place.error());
        return with_network<networks>(*place, [&]<class Net>() {
            const auto trained = train<Net>(*source, o);
            if (!trained) return refuse(trained.error());
            return trained->disagreement <= largest_disagreement ? 0 : 1;
        });
    }
    const auto info = nn::read_model_info(o.model);
    if (!info) return refuse(info.error());
    if (has_volume_network(info->fingerprint)) return use_on_volumes(o, info->fingerprint);
    const int place = find_network<networks>(info->fingerprint);
    if (place < 0)
        return refuse(
            {nn::error_kind::architecture_mismatch, o.model,
             "is a model of none of the networks in examples/networks.hpp; its layers are\n" + info->architecture});
    return with_network<networks>(
        place, [&]<class Net>() { return o.command == "evaluate" ? evaluate<Net>(o) : predict<Net>(o); });
}

}  // namespace classify

int main(int count, char** words) {
    const auto options = classify::read_options(std::vector<std::string>(words + 1, words + count));
    if (!options) return classify::refuse(options.error());
    if (options->help) {
        std::fputs(classify::help, stdout);
        return 0;
    }
    return classify::run(*options);
}
