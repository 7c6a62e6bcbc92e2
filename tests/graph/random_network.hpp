// SPDX-License-Identifier: MIT
/// \file
/// Networks that a random stream composes, when they are compiled: nothing that a person thought of.
#pragma once

#include <ctnn/ctnn.hpp>

namespace random_network {
namespace nn = ctnn;

// All blocks keep the shape 6 x 5 x 4, so that any of them may follow or stand inside any other.
template <int Seed, int Kind>
struct leaf : nn::chain<nn::conv<4, 3, nn::same>> {};
template <int Seed>
struct leaf<Seed, 1> : nn::chain<nn::tanh> {};
template <int Seed>
struct leaf<Seed, 2> : nn::chain<nn::batch_norm<>> {};
template <int Seed>
struct leaf<Seed, 3> : nn::chain<nn::avg_pool<3, nn::stride<1>, nn::same>> {};
template <int Seed>
struct leaf<Seed, 4> : nn::chain<nn::conv<4, 3, nn::same, nn::no_bias>, nn::batch_norm<>, nn::tanh> {};
template <int Seed>
struct leaf<Seed, 5> : nn::chain<nn::dropout<0.25>> {};
template <int Seed>
struct leaf<Seed, 6> : nn::chain<nn::sigmoid> {};
template <int Seed>
struct leaf<Seed, 7> : nn::chain<nn::reshape<120>, nn::tanh, nn::reshape<6, 5, 4>> {};
template <int Seed>
struct leaf<Seed, 8> : nn::identity {};
template <int Seed>
struct leaf<Seed, 9> : nn::chain<nn::upsample<2>, nn::avg_pool<>> {};

constexpr int pick(int seed, int depth, int bound) {
    return static_cast<int>(
        nn::random_stream({static_cast<std::uint64_t>(seed)}, static_cast<std::uint64_t>(depth)).bits(3) %
        static_cast<unsigned>(bound));
}

template <int Seed, int Depth, int Kind = Depth == 0 ? -1 : pick(Seed, Depth, 7)>
struct block;
template <int Seed, int Depth>
using first = block<Seed * 5 + 1, Depth - 1>;
template <int Seed, int Depth>
using second = block<Seed * 5 + 2, Depth - 1>;

template <int Seed, int Depth>
struct block<Seed, Depth, -1> : leaf<Seed, pick(Seed, 0, 10)> {};
template <int Seed, int Depth>
struct block<Seed, Depth, 0> : nn::chain<first<Seed, Depth>, second<Seed, Depth>> {};
template <int Seed, int Depth>
struct block<Seed, Depth, 1> : nn::residual<first<Seed, Depth>, second<Seed, Depth>> {};
template <int Seed, int Depth>
struct block<Seed, Depth, 2> : nn::chain<nn::concat<first<Seed, Depth>, second<Seed, Depth>>, nn::conv<4, 1>> {};
template <int Seed, int Depth>
struct block<Seed, Depth, 3> : nn::sum<first<Seed, Depth>, second<Seed, Depth>, nn::identity> {};
template <int Seed, int Depth>
struct block<Seed, Depth, 4>
    : nn::chain<nn::concat<nn::identity, first<Seed, Depth>, nn::identity>, nn::conv<4, 3, nn::same>, nn::tanh> {};
template <int Seed, int Depth>
struct block<Seed, Depth, 5> : nn::repeat<2, first<Seed, Depth>> {};
template <int Seed, int Depth>
struct block<Seed, Depth, 6> : nn::chain<nn::concat<first<Seed, Depth>, nn::chain<nn::tanh, second<Seed, Depth>>>,
                                         nn::batch_norm<>, nn::conv<4, 1>> {};

template <int Seed, int Depth>
using network = nn::network<nn::shape<6, 5, 4>, block<Seed, Depth>>;

}  // namespace random_network
