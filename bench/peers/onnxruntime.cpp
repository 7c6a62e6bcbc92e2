// SPDX-License-Identifier: MIT
/// \file
/// ONNX Runtime through its C interface, with the output bound beforehand. The model is <network>.b<batch>.onnx in the
/// folder that CTNN_PEER_MODELS names.
///
/// The npm package holds the shared library and no header. The interface is a table of functions whose order never
/// changes (onnxruntime_c_api.h: new ones are appended), so the few that are called are named here by their place.
#include <cstdint>
#include <map>

#include "turns.hpp"

namespace {

using handle = void*;

struct entry_point {
    const handle* (*table)(std::uint32_t version);
    const char* (*version)();
};
extern "C" const entry_point* OrtGetApiBase();

enum place {
    error_message = 2,
    create_environment = 3,
    create_session = 7,
    run_session = 9,
    create_options = 10,
    set_optimization = 23,
    set_threads_within = 24,
    set_threads_between = 25,
    create_tensor = 49,
    create_memory_info = 69,
};

const handle* functions = nullptr;

template <class... Arguments>
void call(place where, Arguments... arguments) {
    const handle failed = reinterpret_cast<handle (*)(Arguments...)>(functions[where])(arguments...);
    if (failed == nullptr) return;
    std::fprintf(stderr, "ONNX Runtime: %s\n",
                 reinterpret_cast<const char* (*)(handle)>(functions[error_message])(failed));
    std::exit(1);
}

using sizes = std::vector<std::int64_t>;
const std::map<std::string, std::pair<sizes, sizes>> shapes = {
    {"cnn150", {{3, 150, 150}, {3}}},   {"cnn224", {{3, 224, 224}, {1}}},
    {"net32", {{1, 32, 32}, {1}}},      {"unet256", {{3, 256, 256}, {1, 256, 256}}},
    {"autoencoder784", {{784}, {784}}}, {"resnet18", {{3, 224, 224}, {1000}}},
    {"lstm100", {{100}, {2}}},          {"encoder196", {{196, 192}, {196, 192}}},
};

/// Numbers in [0, 1), or words of a vocabulary of 1000, and the handle through which the session sees them.
struct tensor {
    sizes shape;
    std::vector<float> numbers;
    std::vector<std::int64_t> words;
    handle value = nullptr;

    tensor(int batch, const sizes& of_sample, handle memory, bool of_words = false) : shape(of_sample) {
        shape.insert(shape.begin(), batch);
        std::size_t count = 1;
        for (const std::int64_t size : shape) count *= static_cast<std::size_t>(size);
        unsigned state = 1;
        for (std::size_t i = 0; i < count; ++i) {
            state = state * 1664525U + 1013904223U;
            numbers.push_back(static_cast<float>(state >> 8) / 16777216.0F);
            words.push_back(static_cast<std::int64_t>(state >> 8) % 1000);
        }
        constexpr int float32 = 1, integer64 = 7;
        void* const data = of_words ? static_cast<void*>(words.data()) : numbers.data();
        call(create_tensor, memory, data, count * (of_words ? sizeof(std::int64_t) : sizeof(float)),
             static_cast<const std::int64_t*>(shape.data()), shape.size(), of_words ? integer64 : float32, &value);
    }
};

}  // namespace

int main(int count, char** words) {
    const turns::request asked = turns::read_request(count, words);
    const char* folder = std::getenv("CTNN_PEER_MODELS");
    if (asked.train || !shapes.contains(asked.network)) turns::decline("inference of the reference networks only");
    if (folder == nullptr) turns::decline("CTNN_PEER_MODELS does not name a folder of models");
    const std::string model = std::string(folder) + "/" + asked.network + ".b" + std::to_string(asked.batch) + ".onnx";

    functions = OrtGetApiBase()->table(16);  // the interface of 1.16, which later versions keep
    constexpr int errors_only = 3, every_optimization = 99, arena_allocator = 1, default_memory = 0;
    handle environment = nullptr, options = nullptr, session = nullptr, memory = nullptr;
    call(create_environment, errors_only, "comparison", &environment);
    call(create_options, &options);
    call(set_threads_within, options, asked.threads);
    call(set_threads_between, options, 1);
    call(set_optimization, options, every_optimization);
    call(create_session, environment, model.c_str(), options, &session);
    call(create_memory_info, arena_allocator, default_memory, &memory);
    const auto& [input, output] = shapes.at(asked.network);
    const tensor x(asked.batch, input, memory, asked.network == "lstm100");
    tensor y(asked.batch, output, memory);
    const char *x_name = "x", *y_name = "y";
    const auto run = [&] {
        call(run_session, session, handle{}, static_cast<const char* const*>(&x_name),
             static_cast<const handle*>(&x.value), std::size_t{1}, static_cast<const char* const*>(&y_name),
             std::size_t{1}, &y.value);
    };
    return turns::serve(asked, OrtGetApiBase()->version(), "", run);
}
