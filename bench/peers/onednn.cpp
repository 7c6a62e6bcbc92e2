// SPDX-License-Identifier: MIT
/// \file
/// oneDNN (Debian: libdnnl-dev): a network as a chain of primitives in the blocked layouts that they ask for, weights
/// in their order beforehand, activations, additions and biases fused. Direct and Winograd convolutions are tried, the
/// faster network is measured.
#include <dnnl.hpp>

#include <cstring>
#include <unordered_map>

#include "networks.hpp"
#include "turns.hpp"

namespace {

using dnnl::memory;
using dims = memory::dims;

struct step {
    dnnl::primitive primitive;
    std::unordered_map<int, memory> operands;
};

struct builder {
    using value = memory;
    static constexpr auto number = memory::data_type::f32;

    dnnl::engine engine{dnnl::engine::kind::cpu, 0};
    dnnl::stream stream{engine};
    memory::dim batch;
    dnnl::algorithm algorithm;
    std::vector<step> steps;
    bool winograd_used = false;

    static memory::desc any(const dims& size) { return {size, number, memory::format_tag::any}; }

    /// Memory with numbers of about the size of weights.
    [[nodiscard]] memory filled(const memory::desc& layout) const {
        memory m(layout, engine);
        auto* numbers = static_cast<float*>(m.get_data_handle());
        unsigned state = 1;
        for (std::size_t i = 0; i < layout.get_size() / sizeof(float); ++i) {
            state = state * 1664525U + 1013904223U;
            numbers[i] = (static_cast<float>(state >> 8) / 16777216.0F - 0.5F) * 0.05F;
        }
        return m;
    }
    /// x in the layout that a primitive wants.
    memory in_layout(const memory& x, const memory::desc& wanted) {
        if (x.get_desc() == wanted) return x;
        memory m(wanted, engine);
        steps.push_back({dnnl::reorder(x, m), {{DNNL_ARG_FROM, x}, {DNNL_ARG_TO, m}}});
        return m;
    }
    static dnnl::primitive_attr fused(peers::activation a, bool add = false) {
        dnnl::post_ops after;
        if (add) after.append_sum(1.0F);
        if (a == peers::activation::relu) after.append_eltwise(1.0F, dnnl::algorithm::eltwise_relu, 0, 0);
        if (a == peers::activation::sigmoid) after.append_eltwise(1.0F, dnnl::algorithm::eltwise_logistic, 0, 0);
        dnnl::primitive_attr attributes;
        attributes.set_post_ops(after);
        return attributes;
    }

    memory image(int channels, int size) {
        return filled({{batch, channels, size, size}, number, memory::format_tag::nchw});
    }
    memory vector(int numbers) { return filled({{batch, numbers}, number, memory::format_tag::nc}); }

    memory convolve(const memory& x, const peers::convolution& c, const memory* other) {
        const dims in = x.get_desc().dims(), stride{c.stride, c.stride}, padding{c.padding, c.padding};
        const memory::dim size = (in[2] + 2 * c.padding - c.kernel) / c.stride + 1;
        // The first layer of few channels has kernels for the plain layout; all others choose a blocked one.
        const memory::desc source = in[1] < 16 ? memory::desc(in, number, memory::format_tag::nchw) : any(in);
        const memory::desc weights = any({c.filters, in[1], c.kernel, c.kernel});
        const memory::desc bias({c.filters}, number, memory::format_tag::a),
            result = any({in[0], c.filters, size, size});
        const auto attributes = fused(c.activation, other != nullptr);
        const auto describe = [&](dnnl::algorithm which) {
            const dnnl::convolution_forward::desc what(dnnl::prop_kind::forward_inference, which, source, weights, bias,
                                                       result, stride, padding, padding);
            return dnnl::convolution_forward::primitive_desc(what, attributes, engine);
        };
        dnnl::convolution_forward::primitive_desc chosen;
        try {
            chosen = describe(algorithm);
            winograd_used = winograd_used || algorithm == dnnl::algorithm::convolution_winograd;
        } catch (const dnnl::error&) {  // Winograd has its limits
            chosen = describe(dnnl::algorithm::convolution_direct);
        }
        const memory from = in_layout(x, chosen.src_desc());
        const memory to = other == nullptr ? memory(chosen.dst_desc(), engine) : in_layout(*other, chosen.dst_desc());
        steps.push_back({dnnl::convolution_forward(chosen),
                         {{DNNL_ARG_SRC, from},
                          {DNNL_ARG_WEIGHTS, filled(chosen.weights_desc())},
                          {DNNL_ARG_BIAS, filled(bias)},
                          {DNNL_ARG_DST, to}}});
        return to;
    }
    memory conv(const memory& x, const peers::convolution& c) { return convolve(x, c, nullptr); }
    /// The sum is written over `other`.
    memory conv_add(const memory& x, const peers::convolution& c, const memory& other) {
        return convolve(x, c, &other);
    }

    memory pool(const memory& x, dnnl::algorithm which, int window, int stride, int padding) {
        const dims in = x.get_desc().dims();
        const memory::dim size = (in[2] + 2 * padding - window) / stride + 1;
        const memory::dim end = padding == 0 ? 0 : (size - 1) * stride + window - in[2] - padding;
        const dnnl::pooling_forward::desc what(dnnl::prop_kind::forward_inference, which, x.get_desc(),
                                               any({in[0], in[1], size, size}), {stride, stride}, {window, window},
                                               {padding, padding}, {end, end});
        const dnnl::pooling_forward::primitive_desc chosen(what, engine);
        const memory to(chosen.dst_desc(), engine);
        steps.push_back({dnnl::pooling_forward(chosen), {{DNNL_ARG_SRC, x}, {DNNL_ARG_DST, to}}});
        return to;
    }
    memory max_pool(const memory& x, int window, int stride, int padding) {
        return pool(x, dnnl::algorithm::pooling_max, window, stride, padding);
    }
    memory average_pool(const memory& x) {
        return pool(x, dnnl::algorithm::pooling_avg, static_cast<int>(x.get_desc().dims()[2]), 1, 0);
    }

    memory dense(const memory& x, int units, peers::activation a) {
        const dims in = x.get_desc().dims();
        dims weights = in;
        weights[0] = units;
        const memory::desc bias({units}, number, memory::format_tag::a);
        const memory::desc result = a == peers::activation::relu
                                        ? any({in[0], units})
                                        : memory::desc({in[0], units}, number, memory::format_tag::nc);
        const dnnl::inner_product_forward::desc what(dnnl::prop_kind::forward_inference, any(in), any(weights), bias,
                                                     result);
        const dnnl::inner_product_forward::primitive_desc chosen(what, fused(a), engine);
        const memory from = in_layout(x, chosen.src_desc()), to(chosen.dst_desc(), engine);
        steps.push_back({dnnl::inner_product_forward(chosen),
                         {{DNNL_ARG_SRC, from},
                          {DNNL_ARG_WEIGHTS, filled(chosen.weights_desc())},
                          {DNNL_ARG_BIAS, filled(bias)},
                          {DNNL_ARG_DST, to}}});
        return to;
    }
    memory softmax(const memory& x) {
        const dnnl::softmax_forward::desc what(dnnl::prop_kind::forward_inference, x.get_desc(), 1);
        steps.push_back({dnnl::softmax_forward({what, engine}), {{DNNL_ARG_SRC, x}, {DNNL_ARG_DST, x}}});
        return x;
    }
    memory upsample(const memory& x) {
        const dims in = x.get_desc().dims();
        const dnnl::resampling_forward::desc what(dnnl::prop_kind::forward_inference,
                                                  dnnl::algorithm::resampling_nearest, {2.0F, 2.0F}, x.get_desc(),
                                                  any({in[0], in[1], 2 * in[2], 2 * in[3]}));
        const dnnl::resampling_forward::primitive_desc chosen(what, engine);
        const memory to(chosen.dst_desc(), engine);
        steps.push_back({dnnl::resampling_forward(chosen), {{DNNL_ARG_SRC, x}, {DNNL_ARG_DST, to}}});
        return to;
    }
    memory concat(const memory& a, const memory& b) {
        const dnnl::concat::primitive_desc chosen(1, {a.get_desc(), b.get_desc()}, engine);
        const memory to(chosen.dst_desc(), engine);
        steps.push_back(
            {dnnl::concat(chosen), {{DNNL_ARG_MULTIPLE_SRC, a}, {DNNL_ARG_MULTIPLE_SRC + 1, b}, {DNNL_ARG_DST, to}}});
        return to;
    }

    void run() {
        for (const step& s : steps) s.primitive.execute(stream, s.operands);
        stream.wait();
    }
};

}  // namespace

int main(int count, char** words) {
    const turns::request asked = turns::read_request(count, words);
    if (asked.train || !peers::knows(asked.network)) turns::decline("inference of the reference networks only");
    std::vector<builder> networks;
    for (const auto which : {dnnl::algorithm::convolution_direct, dnnl::algorithm::convolution_winograd}) {
        builder b{.batch = asked.batch, .algorithm = which, .steps = {}};
        peers::build(asked.network, b);
        if (networks.empty() || b.winograd_used) networks.push_back(std::move(b));
    }
    struct call {
        builder* network;
        void operator()() const { network->run(); }
    };
    std::vector<call> calls;
    for (builder& b : networks) calls.push_back({&b});
    const std::size_t best = turns::fastest(asked, calls);
    const dnnl_version_t* version = dnnl::version();
    char text[32];
    std::snprintf(text, sizeof text, "%d.%d.%d", version->major, version->minor, version->patch);
    return turns::serve(asked, text, best == 1 ? "Winograd" : "direct", calls[best]);
}
