// SPDX-License-Identifier: MIT
/// \file
/// ctnn::composable answers without an error whether layers fit a shape, for every kind of refusal.
#include <ctnn/ctnn.hpp>

namespace nn = ctnn;
using image = nn::shape<12, 12, 4>;
using sequence = nn::shape<20, 6>;
using volume = nn::shape<8, 8, 8, 2>;
using vector = nn::shape<32>;

static_assert(nn::composable<image>, "no layers: the identity");
static_assert(nn::composable<image, nn::conv<8>, nn::relu, nn::flatten, nn::dense<3>, nn::softmax>);
static_assert(nn::composable<sequence, nn::conv<8, 5>, nn::max_pool<>, nn::dense<4>>);
static_assert(nn::composable<volume, nn::conv<8, nn::kernel<1, 3, 3>>, nn::avg_pool<2>, nn::global_max_pool>);
static_assert(nn::composable<vector, nn::reshape<4, 4, 2>, nn::upsample<2>, nn::batch_norm<>>);
static_assert(nn::composable<vector, nn::embedding<9, 4>, nn::bidirectional<nn::lstm<8>>, nn::gru<3, nn::last_step>>);
static_assert(nn::composable<image, nn::repeat<3, nn::residual<nn::conv<4, 3, nn::same>>>>);
static_assert(nn::composable<image, nn::concat<nn::identity, nn::identity>, nn::conv<8, 3, nn::groups<8>>>);

static_assert(!nn::composable<vector, nn::conv<8>>, "needs_positions");
static_assert(!nn::composable<image, nn::dense<8>>, "needs_vector");
static_assert(!nn::composable<volume, nn::dense<8>>, "needs_vector");
static_assert(!nn::composable<vector, nn::dense<1>, nn::softmax>, "needs_channels");
static_assert(!nn::composable<image, nn::conv<8, 13>>, "window_exceeds_input");
static_assert(!nn::composable<sequence, nn::conv<8, nn::kernel<3, 3>>>, "axes_differ");
static_assert(!nn::composable<image, nn::conv<8, nn::kernel<3, 3, 3>>>, "axes_differ");
static_assert(!nn::composable<image, nn::conv<8, 3, nn::stride<>>>, "axes_differ");
static_assert(!nn::composable<image, nn::conv<6, 3, nn::groups<4>>>, "groups_do_not_divide");
static_assert(!nn::composable<vector, nn::reshape<5, 5>>, "sizes_differ");
static_assert(!nn::composable<image, nn::sum<nn::identity>>, "branches_missing");
static_assert(!nn::composable<image, nn::concat<>>, "branches_missing");
static_assert(!nn::composable<image, nn::residual<nn::conv<4>>>, "branches_differ");
static_assert(!nn::composable<image, nn::concat<nn::identity, nn::max_pool<>>>, "channels_differ");
static_assert(!nn::composable<image, nn::max_pool<2, nn::no_bias>>, "option_not_taken");
static_assert(!nn::composable<image, nn::conv<4, nn::same, nn::padding<1>>>, "option_not_taken: padding twice");
static_assert(!nn::composable<image, nn::max_pool<2, nn::he_normal>>, "option_not_taken");
static_assert(!nn::composable<image, nn::conv<4, nn::he_normal, nn::zeros>>, "option_not_taken: initializer twice");
static_assert(!nn::composable<image, nn::conv_transpose<4, nn::orthogonal<-1.0>>>, "number_out_of_range");
static_assert(nn::composable<image, nn::separable_conv<4, 3, nn::lecun_normal, nn::same>, nn::flatten,
                             nn::dense<2, nn::truncated_normal<>>>);
static_assert(!nn::composable<vector, nn::dropout<-0.5>>, "number_out_of_range");
static_assert(!nn::composable<vector, nn::leaky_relu<-1.0>>, "number_out_of_range");
static_assert(!nn::composable<vector, nn::softplus<0.0>>, "number_out_of_range");
static_assert(!nn::composable<nn::shape<4, 5>, nn::glu>, "needs_even_channels");
static_assert(!nn::composable<image, nn::conv<8, 3, nn::causal>>, "causal_needs_sequence");
static_assert(!nn::composable<image, nn::conv_transpose<8, nn::output_padding<1>>>, "output_padding_too_large");
static_assert(!nn::composable<nn::shape<2, 3>, nn::conv_transpose<8, nn::padding<2>>>, "padding_exceeds_output");
static_assert(!nn::composable<vector, nn::rnn<8>>, "needs_sequence");
static_assert(!nn::composable<image, nn::embedding<10, 4>>, "needs_indices");
static_assert(!nn::composable<sequence, nn::bidirectional<nn::conv<8>>>, "needs_recurrent");
static_assert(!nn::composable<sequence, nn::bidirectional<nn::gru<8, nn::backwards>>>, "needs_recurrent");
static_assert(!nn::composable<image, nn::pad<12, nn::reflect>>, "border_exceeds_input");
static_assert(!nn::composable<image, nn::crop<6>>, "border_exceeds_input");
static_assert(!nn::composable<image, nn::scale_by<nn::conv<2, 1>>>, "scales_differ");
static_assert(!nn::composable<image, nn::pixel_shuffle<3>>, "factor_does_not_divide");
static_assert(!nn::composable<image, nn::pixel_unshuffle<5>>, "factor_does_not_divide");
static_assert(!nn::composable<image, nn::permute<1, 2>>, "needs_permutation");
static_assert(!nn::composable<sequence, nn::time_distributed<nn::embedding<8, 4>>>, "needs_steps_apart");
static_assert(!nn::composable<image, nn::time_distributed<nn::gru<8>>>, "needs_steps_apart");
static_assert(!nn::composable<vector, nn::time_distributed<nn::dense<8>>>, "needs_positions");
static_assert(nn::composable<sequence, nn::residual<nn::multi_head_attention<nn::heads<3>, nn::causal>>>);
static_assert(!nn::composable<sequence, nn::multi_head_attention<nn::heads<4>>>, "heads_do_not_divide");
static_assert(!nn::composable<sequence, nn::scaled_dot_product_attention<nn::heads<4>>>, "heads_do_not_divide");
static_assert(!nn::composable<sequence, nn::multi_head_attention<nn::heads<0>>>, "number_out_of_range");
static_assert(!nn::composable<vector, nn::multi_head_attention<>>, "needs_sequence");
static_assert(!nn::composable<sequence, nn::multi_head_attention<nn::same>>, "option_not_taken");
static_assert(nn::composable<sequence, nn::positional_encoding<>,
                             nn::transformer_encoder<nn::heads<2>, nn::feed_forward<9, nn::silu>, nn::causal,
                                                     nn::pre_norm, nn::dropout_rate<0.1>, nn::no_bias>>);
static_assert(!nn::composable<sequence, nn::transformer_encoder<nn::heads<4>>>, "heads_do_not_divide");
static_assert(!nn::composable<image, nn::transformer_encoder<>>, "needs_sequence");
static_assert(!nn::composable<sequence, nn::transformer_encoder<nn::feed_forward<0>>>, "number_out_of_range");
static_assert(!nn::composable<sequence, nn::transformer_encoder<nn::dropout_rate<1.0>>>, "number_out_of_range");
static_assert(!nn::composable<sequence, nn::transformer_encoder<nn::epsilon<0.0>>>, "number_out_of_range");
static_assert(!nn::composable<sequence, nn::transformer_encoder<nn::pre_norm, nn::pre_norm>>, "option_not_taken");
static_assert(!nn::composable<vector, nn::positional_encoding<>>, "needs_positions");
static_assert(!nn::composable<sequence, nn::positional_encoding<nn::causal>>, "option_not_taken");
static_assert(nn::composable<image, nn::conv<4>, nn::positional_encoding<>>);
static_assert(!nn::composable<image, nn::conv<3>, nn::positional_encoding<>>, "needs_channels_for_axes");
static_assert(nn::composable<image, nn::conv<3>, nn::positional_encoding<nn::learned_positions>>);
using pair = nn::inputs<image, vector>;
static_assert(
    nn::composable<pair, nn::each_input<nn::flatten, nn::dense<5>>, nn::scale_by<nn::input<1>, nn::dense<1>>>);
static_assert(nn::composable<nn::inputs<vector, vector, vector>, nn::siamese<nn::dense<5>>, nn::dense<15>>);
static_assert(!nn::composable<pair, nn::each_input<nn::identity>>, "needs_inputs");
static_assert(!nn::composable<pair, nn::concat<nn::input<1>, nn::input<2>>>, "needs_inputs");
static_assert(!nn::composable<image, nn::siamese<nn::flatten>>, "needs_inputs");
static_assert(!nn::composable<pair, nn::siamese<nn::relu>>, "inputs_differ");
static_assert(!nn::composable<pair, nn::each_input<nn::identity, nn::identity>>, "channels_differ");
static_assert(
    !nn::composable<pair, nn::concat<nn::input<1>, nn::chain<nn::input<0>, nn::time_distributed<nn::input<0>>>>>,
    "needs_steps_apart");
static_assert(!nn::composable<nn::shape<4, 5>, nn::absolute_difference>, "needs_even_channels");
static_assert(!nn::composable<image, nn::upsample<0>>, "number_out_of_range");
static_assert(!nn::composable<image, nn::repeat<0, nn::relu>>, "number_out_of_range");
static_assert(!nn::composable<image, int>, "no_layer");
static_assert(!nn::composable<nn::relu, nn::relu>, "no_shape");
static_assert(
    !nn::composable<image, nn::chain<nn::chain<nn::named<"deep", nn::repeat<2, nn::conv<8>, nn::dense<2>>>>>>);

// A refusal is a value of the layer alone, too.
constexpr nn::refusal refusal_of(const nn::outcome& o) { return o.why; }
static_assert(refusal_of(nn::dense<3>::lower(nn::make_dims(4, 4, 1))) == nn::refusal::needs_vector);
static_assert(refusal_of(nn::dense<3>::lower(nn::make_dims(4))) == nn::refusal::none);
static_assert(nn::dense<3>::lower(nn::make_dims(4)).what.out == nn::make_dims(3));

// Concepts.
static_assert(nn::layer<nn::relu> && nn::layer<nn::conv<3>> && !nn::layer<nn::chain<nn::relu>> && !nn::layer<int>);
static_assert(nn::composable_layer<nn::chain<nn::relu>> && nn::composable_layer<nn::identity> &&
              !nn::composable_layer<int>);
static_assert(nn::static_shape<vector> && !nn::static_shape<nn::relu>);
