// expect: deleted.*63
// expect: shape<8, 8, 1>
// expect: = delete;  // as many numbers as the shape has
// SPDX-License-Identifier: MIT
#include <ctnn/ctnn.hpp>
namespace nn = ctnn;

#ifdef CTNN_CORRECT
std::array<float, 64> numbers_of_an_image;
#else
std::array<float, 63> numbers_of_an_image;
#endif
nn::tensor_view<nn::shape<8, 8, 1>, float> view(numbers_of_an_image);
