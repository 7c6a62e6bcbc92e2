// SPDX-License-Identifier: MIT
/// \file
/// A vector as every step of a sequence.
#pragma once

#include "ctnn/graph/compose.hpp"
#include "ctnn/layers/upsample.hpp"

namespace ctnn {

/// The same vector at each of Steps steps: what a recurrent encoder made of a sequence, for the decoder behind it.
///
///     takes    shape<C>
///     gives    shape<Steps, C>
///     learns   nothing; the vector's gradient is the sum of those of all steps
///     refuses  whatever is no vector; less than one step
///     costs    a copy for each step
///
///     using decoder = ctnn::network<ctnn::shape<8>, ctnn::repeat_vector<20>, ctnn::lstm<16>, ctnn::dense<3>>;
///
/// https://keras.io/api/layers/reshaping_layers/repeat_vector/
template <extent Steps>
struct repeat_vector {
    using children = types<>;
    template <class Routine>
    static constexpr wire emit(builder<Routine>& b, wire in) {
        if (in.shape.rank != 1) return b.refuse(refusal::needs_vector, in.shape);
        if (Steps < 1) return b.refuse(refusal::number_out_of_range, in.shape);
        const dims one = make_dims(1, in.shape.channels());
        in = b.apply(make_operation(kind::reshape, "reshape", in.shape, one), Routine{}, in);
        return ctnn::emit<upsample<Steps>, Routine>(b, in);
    }
};

}  // namespace ctnn
