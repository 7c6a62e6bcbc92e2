// expect: ctnn: a network has at most 8 inputs; make channels of some of them
// SPDX-License-Identifier: MIT
#include <ctnn/ctnn.hpp>
namespace nn = ctnn;

template <class... More>
using of_eight = nn::inputs<nn::shape<1>, nn::shape<1>, nn::shape<1>, nn::shape<1>, nn::shape<1>, nn::shape<1>,
                            nn::shape<1>, nn::shape<1>, More...>;
#ifdef CTNN_CORRECT
nn::dataset<of_eight<>> instance;
#else
nn::dataset<of_eight<nn::shape<1>>> instance;
#endif
