// SPDX-License-Identifier: MIT
/// \file
/// The flat block of a network in pieces that threads share.
#pragma once

#include "ctnn/core/config.hpp"
#include "ctnn/core/shape.hpp"
#include "ctnn/core/threads.hpp"

namespace ctnn {
inline namespace CTNN_BACKEND {
namespace execution {

/// Numbers in a piece: 256 KB of float are enough to be worth a thread, and the same for any number of threads.
inline constexpr extent piece_size = 65536;

[[nodiscard]] constexpr extent pieces_of(extent count) { return (count + piece_size - 1) / piece_size; }

/// Calls body(piece, first, length) for the pieces of `count` numbers.
template <class Body>
inline void for_pieces(extent count, extent threads, const Body& body) {
    parallel_for(pieces_of(count), threads, [&](extent i) {
        const extent first = i * piece_size;
        body(i, first, count - first < piece_size ? count - first : piece_size);
    });
}

}  // namespace execution
}  // namespace CTNN_BACKEND
}  // namespace ctnn
