// SPDX-License-Identifier: MIT
/// \file
/// A list of networks, each one type, from which one is picked at run time.
#pragma once

#include <string>

#include <ctnn/ctnn.hpp>

namespace examples {
namespace nn = ctnn;

template <class... Nets>
struct network_list {};

/// Calls visit.template operator()<Net>() for each network of the list.
template <class... Nets, class Visit>
void for_each_network(network_list<Nets...>, Visit&& visit) {
    (visit.template operator()<Nets>(), ...);
}

/// The place in the list of the network with this fingerprint, or -1.
template <class List>
int find_network(const std::string& fingerprint) {
    int place = 0, found = -1;
    for_each_network(List{}, [&]<class Net>() {
        if (nn::fingerprint_of<Net>() == fingerprint) found = place;
        ++place;
    });
    return found;
}

/// Calls job.template operator()<Net>() for the network at a place of the list and returns its answer.
template <class List, class Job>
int with_network(int place, Job&& job) {
    int next = 0, answer = 2;
    for_each_network(List{}, [&]<class Net>() {
        if (next++ == place) answer = job.template operator()<Net>();
    });
    return answer;
}

}  // namespace examples
