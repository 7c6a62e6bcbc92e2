// SPDX-License-Identifier: MIT
/// \file
/// XNNPACK (Debian: libxnnpack-dev, libpthreadpool-dev) through its operators, channels last, with clamps as relu. This
/// snapshot's operators have neither upsampling to the nearest pixel nor concatenation: it takes no part in unet256.
#include <pthreadpool.h>
#include <xnnpack.h>

#include <cmath>
#include <cstdint>

#include "networks.hpp"
#include "turns.hpp"

namespace {

/// An operator that could not be made ends the program: a peer that is measured in part would be no peer.
void require(xnn_status status, const char* what) {
    if (status == xnn_status_success) return;
    std::fprintf(stderr, "XNNPACK: %s gives status %d\n", what, static_cast<int>(status));
    std::exit(1);
}

struct builder {
    /// A batch of images, channels last.
    struct value {
        float* data;
        std::size_t height, width, channels;
    };

    std::size_t batch;
    pthreadpool_t threads;
    std::vector<xnn_operator_t> operators;

    /// Numbers of about the size of weights; XNNPACK reads up to XNN_EXTRA_BYTES behind the last.
    static float* filled(std::size_t count) {
        const std::size_t bytes = (count * sizeof(float) + XNN_EXTRA_BYTES + 63) / 64 * 64;
        auto* numbers = static_cast<float*>(std::aligned_alloc(64, bytes));
        unsigned state = 1;
        for (std::size_t i = 0; i < bytes / sizeof(float); ++i) {
            state = state * 1664525U + 1013904223U;
            numbers[i] = (static_cast<float>(state >> 8) / 16777216.0F - 0.5F) * 0.05F;
        }
        return numbers;
    }
    static float least(peers::activation a) { return a == peers::activation::relu ? 0.0F : -INFINITY; }
    [[nodiscard]] value images(std::size_t height, std::size_t width, std::size_t channels) const {
        return {filled(batch * height * width * channels), height, width, channels};
    }

    value image(int channels, int size) {
        const auto side = static_cast<std::size_t>(size);
        return images(side, side, static_cast<std::size_t>(channels));
    }
    value vector(int numbers) { return images(1, 1, static_cast<std::size_t>(numbers)); }

    value conv(const value& x, const peers::convolution& c) {
        const auto padding = static_cast<std::uint32_t>(c.padding), kernel = static_cast<std::uint32_t>(c.kernel),
                   stride = static_cast<std::uint32_t>(c.stride);
        const auto filters = static_cast<std::size_t>(c.filters);
        const auto size = [&](std::size_t in) { return (in + 2 * padding - kernel) / stride + 1; };
        const value y = images(size(x.height), size(x.width), filters);
        xnn_operator_t made = nullptr;
        require(xnn_create_convolution2d_nhwc_f32(padding, padding, padding, padding, kernel, kernel, stride, stride, 1,
                                                  1, 1, x.channels, filters, x.channels, filters,
                                                  filled(filters * kernel * kernel * x.channels), filled(filters),
                                                  least(c.activation), INFINITY, 0, &made),
                "convolution");
        require(xnn_setup_convolution2d_nhwc_f32(made, batch, x.height, x.width, x.data, y.data, threads),
                "convolution's setup");
        operators.push_back(made);
        return y;
    }
    value conv_add(const value& x, const peers::convolution& c, const value& other) {
        peers::convolution bare = c;
        bare.activation = peers::activation::none;
        const value y = conv(x, bare);
        xnn_operator_t made = nullptr;
        require(xnn_create_add_nd_f32(least(c.activation), INFINITY, 0, &made), "addition");
        const std::size_t shape[]{batch, y.height, y.width, y.channels};
        require(xnn_setup_add_nd_f32(made, 4, shape, 4, shape, y.data, other.data, y.data, threads),
                "addition's setup");
        operators.push_back(made);
        return y;
    }
    value max_pool(const value& x, int window, int stride, int padding) {
        const auto around = static_cast<std::uint32_t>(padding), size = static_cast<std::uint32_t>(window),
                   step = static_cast<std::uint32_t>(stride);
        const auto reduced = [&](std::size_t in) { return (in + 2 * around - size) / step + 1; };
        const value y = images(reduced(x.height), reduced(x.width), x.channels);
        xnn_operator_t made = nullptr;
        require(xnn_create_max_pooling2d_nhwc_f32(around, around, around, around, size, size, step, step, 1, 1,
                                                  x.channels, x.channels, x.channels, -INFINITY, INFINITY, 0, &made),
                "pooling");
        require(xnn_setup_max_pooling2d_nhwc_f32(made, batch, x.height, x.width, x.data, y.data, threads),
                "pooling's setup");
        operators.push_back(made);
        return y;
    }
    value average_pool(const value& x) {
        const value y = images(1, 1, x.channels);
        xnn_operator_t made = nullptr;
        require(xnn_create_global_average_pooling_nwc_f32(x.channels, x.channels, x.channels, -INFINITY, INFINITY, 0,
                                                          &made),
                "average");
        require(xnn_setup_global_average_pooling_nwc_f32(made, batch, x.height * x.width, x.data, y.data, threads),
                "average's setup");
        operators.push_back(made);
        return y;
    }
    value dense(const value& x, int units, peers::activation a) {
        const std::size_t inputs = x.height * x.width * x.channels, outputs = static_cast<std::size_t>(units);
        const value y = images(1, 1, outputs);
        xnn_operator_t made = nullptr;
        require(xnn_create_fully_connected_nc_f32(inputs, outputs, inputs, outputs, filled(inputs * outputs),
                                                  filled(outputs), least(a), INFINITY, 0, &made),
                "dense");
        require(xnn_setup_fully_connected_nc_f32(made, batch, x.data, y.data, threads), "dense's setup");
        operators.push_back(made);
        if (a != peers::activation::sigmoid) return y;
        require(xnn_create_sigmoid_nc_f32(outputs, outputs, outputs, 0, &made), "sigmoid");
        require(xnn_setup_sigmoid_nc_f32(made, batch, y.data, y.data, threads), "sigmoid's setup");
        operators.push_back(made);
        return y;
    }
    value softmax(const value& x) {
        xnn_operator_t made = nullptr;
        require(xnn_create_softmax_nc_f32(x.channels, x.channels, x.channels, 0, &made), "softmax");
        require(xnn_setup_softmax_nc_f32(made, batch, x.data, x.data, threads), "softmax's setup");
        operators.push_back(made);
        return x;
    }
    static value upsample(const value&) { turns::decline("no upsampling to the nearest pixel"); }
    static value concat(const value&, const value&) { turns::decline("no concatenation"); }
};

}  // namespace

int main(int count, char** words) {
    const turns::request asked = turns::read_request(count, words);
    if (asked.train || !peers::knows(asked.network)) turns::decline("inference of the reference networks only");
    require(xnn_initialize(nullptr), "initialization");
    builder b{.batch = static_cast<std::size_t>(asked.batch),
              .threads = asked.threads > 1 ? pthreadpool_create(static_cast<std::size_t>(asked.threads)) : nullptr,
              .operators = {}};
    peers::build(asked.network, b);
    const char* version = std::getenv("CTNN_PEER_VERSION");  // the library itself does not say
    return turns::serve(asked, version == nullptr ? "unknown" : version, "", [&] {
        for (xnn_operator_t each : b.operators) xnn_run_operator(each, b.threads);
    });
}
