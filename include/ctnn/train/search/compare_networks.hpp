// SPDX-License-Identifier: MIT
/// \file
/// Networks of a list, trained alike: what each is worth and what it costs.
#pragma once

#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include "ctnn/engine/freeze.hpp"
#include "ctnn/train/fit.hpp"

namespace ctnn {

/// A network type with the name that it has in a table.
///
///     using small = ctnn::candidate<"small", ctnn::network<ctnn::shape<8>, ctnn::dense<2>, ctnn::softmax>>;
template <fixed_text Name, class Net>
struct candidate {
    using network = Net;
    static constexpr const char* name = Name.characters;
};

/// One network of a comparison. Figures are those of the validation data after training.
struct network_record {
    std::string name;
    extent parameters = 0;
    extent multiply_adds = 0;  ///< for one sample
    double milliseconds = 0;   ///< of the frozen engine for one sample on one thread, the fastest of several
    double loss = 0, accuracy = -1, auc = -1;
};

namespace detail {

/// The fastest of at least five calls, or of as many as fit into 20 ms.
template <class Engine, class T>
[[nodiscard, gnu::cold]] double milliseconds_of(Engine& engine, const T* input) {
    double fastest = 0, total = 0;
    for (extent i = 0; i < 5 || total < 0.02; ++i) {
        const double begun = seconds_now();
        (void)engine(input);
        const double took = seconds_now() - begun;
        total += took > 1e-7 ? took : 1e-7;
        if (i == 0 || took < fastest) fastest = took;
    }
    return 1000 * fastest;
}

template <class Candidate, class Data, class Loss, class Optimizer>
[[nodiscard, gnu::cold]] result<network_record> try_network(const Data& train, const Loss& loss,
                                                            const Optimizer& descent,
                                                            const fit_options<Data>& options) {
    using net = typename Candidate::network;
    using T = typename Data::scalar;
    model<net, T> m{options.random};
    const auto history = fit(m, train, loss, descent, options);
    if (!history) return error(history.error().kind(), text_of({Candidate::name, ": ", history.error().message()}));
    const evaluation<T> found = evaluate(m, *options.validation, loss, options.batch);
    auto engine = freeze(m);
    return network_record{Candidate::name,    net::parameter_count,
                          net::multiply_adds, milliseconds_of(engine, options.validation->input_of(0)),
                          found.loss,         found.accuracy,
                          found.auc};
}

}  // namespace detail

/// Trains each network of a list with the same settings and seed, and evaluates it on the validation data.
/// \returns a record for each, in the order of the list; or what fit() refuses, with the name of the network, and
///          invalid_argument without validation data
///
///     const auto records = ctnn::compare_networks<small, large>(train, loss, ctnn::adam{}, {.validation = &valid});
///     if (records) std::fputs(ctnn::network_table(*records).c_str(), stdout);
template <class... Candidates, class Data, loss_function Loss, optimizer Optimizer>
[[nodiscard, gnu::cold]] result<std::vector<network_record>> compare_networks(
    const Data& train, const Loss& loss, const Optimizer& descent,
    const std::type_identity_t<fit_options<Data>>& options) {
    if (options.validation == nullptr)
        return error(error_kind::invalid_argument, "compare_networks: needs validation data");
    std::vector<network_record> records;
    error failed;
    const auto add = [&](result<network_record> one) {
        if (one)
            records.push_back(std::move(*one));
        else
            failed = one.error();
        return !failed;
    };
    (void)(add(detail::try_network<Candidates>(train, loss, descent, options)) && ...);
    if (failed) return failed;
    return records;
}

/// A table to read: a line for each network.
[[nodiscard, gnu::cold]] inline std::string network_table(const std::vector<network_record>& records) {
    char line[160];
    std::string text = "network          parameters  multiply-adds  milliseconds     loss  accuracy      auc\n";
    for (const network_record& r : records) {
        std::snprintf(line, sizeof line, "%-16s %10td %14td %13.4f %8.4f  %8.4f %8.4f\n", r.name.c_str(), r.parameters,
                      r.multiply_adds, r.milliseconds, r.loss, r.accuracy, r.auc);
        text += line;
    }
    return text;
}

}  // namespace ctnn
