// SPDX-License-Identifier: MIT
/// \file
/// The networks of volumes, behind functions, so that they are compiled in a file of their own.
#pragma once

#include <string>

namespace segment {

struct options;
struct case_source;

/// segment train, on a source of volumes. Answers with the exit code.
int train_on_volumes(const case_source& source, const options& o);

/// Is this the fingerprint of one of the networks of volumes?
bool has_volume_network(const std::string& fingerprint);

/// segment evaluate and segment predict, with a model file of such a network. Answers with the exit code.
int use_on_volumes(const options& o, const std::string& fingerprint);

}  // namespace segment
