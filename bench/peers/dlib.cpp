// SPDX-License-Identifier: MIT
/// \file
/// dlib (Debian: libdlib-dev): networks as types, the other library that spells them so. Its matrix products are
/// OpenBLAS', whose threads OPENBLAS_NUM_THREADS sets. cnn150, net32 and autoencoder784; the others need layers that
/// its types do not have, or minutes to compile.
///
/// Inference is from tensor to scores, without the conversion of images. Training is forward, loss, backward, Adam.
#include <dlib/dnn.h>
#include <dlib/revision.h>

#include "turns.hpp"

namespace {

template <int Filters, int Padding, class Below>
using conv3 = dlib::add_layer<dlib::con_<Filters, 3, 3, 1, 1, Padding, Padding>, Below>;
template <class Below>
using pool2 = dlib::max_pool<2, 2, 2, 2, Below>;
template <int Filters, int Padding, class Below>
using stage = pool2<dlib::relu<conv3<Filters, Padding, Below>>>;

using image = dlib::matrix<float>;
using color_image = std::array<image, 3>;
// Read from the inside: dlib's types begin with the loss.
using net32 =
    dlib::loss_binary_log<dlib::fc<1, dlib::relu<dlib::fc<128, stage<32, 1, stage<16, 1, dlib::input<image>>>>>>>;
using cnn150 = dlib::loss_multiclass_log<dlib::fc<
    3, dlib::relu<dlib::fc<512, stage<128, 0, stage<128, 0, stage<64, 0, stage<32, 0, dlib::input<color_image>>>>>>>>>;
using autoencoder784 = dlib::loss_mean_squared_multioutput<
    dlib::fc<784, dlib::relu<dlib::fc<64, dlib::relu<dlib::fc<32, dlib::relu<dlib::fc<64, dlib::input<image>>>>>>>>>;

image random_image(long rows, long columns) {
    static dlib::rand random;
    image m(rows, columns);
    for (float& number : m) number = random.get_random_float();
    return m;
}

template <class Net, class Input, class Label>
int run(const turns::request& asked, const std::vector<Input>& inputs, const std::vector<Label>& labels) {
    Net net;
    dlib::resizable_tensor x;
    net.to_tensor(inputs.begin(), inputs.end(), x);
    const std::string version = std::to_string(DLIB_MAJOR_VERSION) + "." + std::to_string(DLIB_MINOR_VERSION);
    if (!asked.train) return turns::serve(asked, version, "", [&] { net.subnet().forward(x); });
    std::vector<dlib::adam> solvers(Net::num_computational_layers, dlib::adam(0, 0.9F, 0.999F));
    return turns::serve(asked, version, "", [&] {
        net.compute_loss(x, labels.begin());
        net.back_propagate_error(x);
        net.update_parameters(solvers, 1e-3);
    });
}

}  // namespace

int main(int count, char** words) {
    const turns::request asked = turns::read_request(count, words);
    const auto samples = static_cast<unsigned long>(asked.batch);
    if (asked.network == "net32") {
        std::vector<image> x;
        std::vector<float> labels;
        for (unsigned long s = 0; s < samples; ++s) {
            x.push_back(random_image(32, 32));
            labels.push_back(s % 2 == 0 ? -1.0F : 1.0F);
        }
        return run<net32>(asked, x, labels);
    }
    if (asked.network == "cnn150") {
        std::vector<color_image> x;
        std::vector<unsigned long> labels;
        for (unsigned long s = 0; s < samples; ++s) {
            x.push_back({random_image(150, 150), random_image(150, 150), random_image(150, 150)});
            labels.push_back(s % 3);
        }
        return run<cnn150>(asked, x, labels);
    }
    if (asked.network == "autoencoder784") {
        std::vector<image> x;
        for (unsigned long s = 0; s < samples; ++s) x.push_back(random_image(784, 1));
        return run<autoencoder784>(asked, x, x);
    }
    turns::decline("cnn150, net32 and autoencoder784 only");
}
