// SPDX-License-Identifier: MIT
/// \file
/// Which parameters learn, and how fast.
#pragma once

#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "ctnn/core/error.hpp"
#include "ctnn/core/glob.hpp"
#include "ctnn/core/text.hpp"
#include "ctnn/graph/names.hpp"

namespace ctnn {

/// Tensors of a network that learn at a rate of their own, or not at all. Of several groups that a tensor belongs to
/// the last one counts; a tensor of none learns at the optimizer's rate.
///
///     names   of tensors as weight files have them, with * for any characters and ? for one: "backbone.*", "*.bias"
///     layer   the word of their layer in summary(), likewise: "batch_norm", "*norm"
///     rate    factor of the optimizer's rate, and of what grows with it (a decoupled weight decay); 0: frozen
///
///     ctnn::fit(model, data, loss, ctnn::adam{}, {.epochs = 5, .groups = {ctnn::frozen("backbone.*")}});
///     ctnn::fit(model, data, loss, ctnn::adam{}, {.groups = {{.names = "backbone.*", .rate = 0.1}}});
///
/// What is frozen keeps its bits. A layer of which all is frozen behaves as in inference: a batch norm uses its running
/// statistics and does not move them, as with Keras' trainable = False (PyTorch's needs eval() besides). A rate a group
/// is PyTorch's parameter group: https://pytorch.org/docs/stable/optim.html#per-parameter-options
///
///     saves   the optimizer's slots of all frozen numbers; the gradients of frozen convolutions and dense layers are
///             not computed, and nothing in front of the first layer that learns is run backwards. The gradient's block
///             has its place for all parameters still, and activations are kept as if all learned
struct parameter_group {
    std::string names = "*";
    std::string layer = "*";
    double rate = 1;
};

/// The group of the tensors with these names, which do not learn.
[[nodiscard]] inline parameter_group frozen(std::string names) { return {.names = std::move(names), .rate = 0}; }
/// The group of all tensors in layers of a type, such as batch_norm, which do not learn.
[[nodiscard]] inline parameter_group frozen_layers(std::string layer) { return {.layer = std::move(layer), .rate = 0}; }

namespace detail {

/// Numbers in a row in the flat block that are treated alike.
struct learning_range {
    extent first = 0, length = 0;
    extent slot = 0;  ///< where the optimizer's slots of these numbers begin
    double rate = 1;
    bool decayed = true;
};

/// What a step changes of the flat block.
struct learning_plan {
    std::vector<learning_range> learning;  ///< in the order of the block
    std::vector<learning_range> frozen, frozen_state;
    std::vector<char> frozen_rows;  ///< of the network's table; empty: none
    extent slots = 0;               ///< numbers that learn, each of which has the optimizer's slots

    /// A plan in which all `count` numbers learn at one rate.
    [[nodiscard]] static learning_plan of_all(extent count) {
        learning_plan plan;
        plan.learning.push_back({0, count, 0, 1, true});
        plan.slots = count;
        return plan;
    }
    /// Takes over another model's frozen numbers: what follows it must not move them by a rounding.
    template <class Model>
    void keep_frozen(const Model& from, Model& to) const noexcept {
        const auto keep = [](const std::vector<learning_range>& ranges, const auto* source, auto* target) {
            for (const learning_range& r : ranges)
                for (extent i = r.first; i < r.first + r.length; ++i) target[i] = source[i];
        };
        keep(frozen, from.parameters().data(), to.parameters().data());
        keep(frozen_state, from.state().data(), to.state().data());
    }
    /// No gradient of a frozen number counts, though a layer computed it.
    template <class T>
    void clear_frozen(T* gradient) const noexcept {
        for (const learning_range& r : frozen)
            for (extent i = r.first; i < r.first + r.length; ++i) gradient[i] = T{0};
    }
};

/// Works out what learns. With `decay_apart` biases, and the factors and offsets of norms, which are the tensors of one
/// axis, stand in ranges that are not decayed.
[[nodiscard, gnu::cold]] inline result<learning_plan> plan_learning(const named_rows& of, extent count,
                                                                    const std::vector<parameter_group>& groups,
                                                                    bool decay_apart) {
    constexpr error_kind invalid = error_kind::invalid_argument;
    if (groups.empty() && !decay_apart) return learning_plan::of_all(count);
    for (const parameter_group& g : groups)
        if (!std::isfinite(g.rate) || g.rate < 0)
            return error(invalid, text_of({"fit: the rate of the group '", g.names, "' is ", g.rate,
                                           ", expected a finite number of at least 0"}));
    learning_plan plan;
    plan.frozen_rows.resize(static_cast<std::size_t>(of.count));
    std::vector<char> used(groups.size());
    std::string some;
    bool any_frozen = false;
    const auto add = [](std::vector<learning_range>& to, const learning_range& r) {
        learning_range* const last = to.empty() ? nullptr : &to.back();
        if (last != nullptr && last->first + last->length == r.first && last->rate == r.rate &&
            last->decayed == r.decayed)
            last->length += r.length;
        else
            to.push_back(r);
    };
    for (int i = 0; i < of.count; ++i) {
        const operation& row = of.rows[i];
        const std::string path = path_text(of.places, of.place_of_row[i]);
        const auto rate_of = [&](const parameter& p) {
            const std::string name = path + p.name;
            if (some.size() < 60) some += (some.empty() ? "" : ", ") + name;
            double rate = 1;
            for (std::size_t g = 0; g < groups.size(); ++g) {
                if (!matches(groups[g].names, name) || !matches(groups[g].layer, row.layer)) continue;
                used[g] = 1;
                rate = groups[g].rate;
            }
            return rate;
        };
        bool learns = row.parameter_count() + row.state_count() == 0;
        extent offset = row.parameter_offset;
        for (const parameter& p : row.parameters) {
            if (p.name == nullptr) continue;
            const double rate = rate_of(p);
            learns = learns || rate > 0;
            any_frozen = any_frozen || !(rate > 0);
            add(rate > 0 ? plan.learning : plan.frozen,
                {.first = offset, .length = p.size(), .rate = rate, .decayed = !decay_apart || p.rank > 1});
            offset += p.size();
        }
        for (const parameter& p : row.state) learns = (p.name != nullptr && rate_of(p) > 0) || learns;
        if (!learns && row.state_count() > 0)
            add(plan.frozen_state, {.first = row.state_offset, .length = row.state_count()});
        plan.frozen_rows[static_cast<std::size_t>(i)] = !learns;
        any_frozen = any_frozen || !learns;
    }
    for (std::size_t g = 0; g < groups.size(); ++g)
        if (used[g] == 0)
            return error(invalid,
                         text_of({"fit: no parameter fits the group '", groups[g].names, "' of layers '",
                                  groups[g].layer, "'; they are called ", some, some.size() < 60 ? "" : " ..."}));
    if (plan.learning.empty() && count > 0)
        return error(invalid, "fit: the groups freeze all parameters, nothing is left to learn");
    if (!any_frozen) plan.frozen_rows.clear();
    for (learning_range& r : plan.learning) {
        r.slot = plan.slots;
        plan.slots += r.length;
    }
    return plan;
}

}  // namespace detail
}  // namespace ctnn
