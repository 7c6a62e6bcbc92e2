// SPDX-License-Identifier: MIT
/// \file
/// The networks of volumes, behind functions, so that they are compiled in a file of their own.
#pragma once

#include <string>

namespace classify {

struct options;
struct sample_source;

/// classify train, on a source of volumes. Answers with the exit code.
int train_on_volumes(sample_source& source, const options& o);

/// Is this the fingerprint of one of the networks of volumes?
bool has_volume_network(const std::string& fingerprint);

/// classify evaluate and classify predict, with a model file of such a network. Answers with the exit code.
int use_on_volumes(const options& o, const std::string& fingerprint);

}  // namespace classify
