// SPDX-License-Identifier: MIT
/// \file
/// The numbers of an epoch by name, for whoever writes them.
#pragma once

#include <vector>

#include "ctnn/train/history.hpp"

namespace ctnn::detail {

/// A number of a record. What was not measured is -1 there.
struct record_field {
    const char* name;
    double epoch_record::*number;
    bool may_be_missing;
};

inline constexpr record_field record_fields[] = {{"loss", &epoch_record::loss, false},
                                                 {"accuracy", &epoch_record::accuracy, true},
                                                 {"validation_loss", &epoch_record::validation_loss, true},
                                                 {"validation_accuracy", &epoch_record::validation_accuracy, true},
                                                 {"validation_auc", &epoch_record::validation_auc, true},
                                                 {"rate", &epoch_record::rate, false},
                                                 {"seconds", &epoch_record::seconds, false}};

[[nodiscard]] inline bool is_missing(const record_field& field, const epoch_record& record) {
    return field.may_be_missing && record.*field.number == -1;
}

}  // namespace ctnn::detail
