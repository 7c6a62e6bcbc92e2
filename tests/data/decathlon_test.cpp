// SPDX-License-Identifier: MIT
/// \file
/// dataset.json of the Medical Segmentation Decathlon: read strictly, never beyond its folder.
#include <doctest/doctest.h>

#include <ctnn/data/decathlon.hpp>

#include "scratch_folder.hpp"

using namespace ctnn;
using names = std::vector<std::string>;

namespace {
const std::string whole =
    "{\n \"name\": \"Hippocampus\", \"description\": \"left \\u0026 right \\\"head\\\"\", \"tensorImageSize\": "
    "\"3D\",\n"
    " \"reference\": null, \"licence\": \"CC-BY-SA 4.0\", \"release\": [1.0, -2e3, {\"a\": [true, false]}],\n"
    " \"modality\": {\"0\": \"MRI\"}, \"labels\": {\"0\": \"background\", \"2\": \"Posterior\", \"1\": \"Anterior\"},\n"
    " \"numTraining\": 2, \"numTest\": 1,\n"
    " \"training\": [{\"image\": \"./imagesTr/a.nii.gz\", \"label\": \"./labelsTr/a.nii.gz\"},\n"
    "  {\"label\": \"labelsTr/b.nii.gz\", \"image\": \"imagesTr/b.nii.gz\"}],\n"
    " \"test\": [\"./imagesTs/c.nii.gz\"]\n}\n";

result<decathlon_task> parsed(const std::string& text) {
    return parse_decathlon({reinterpret_cast<const unsigned char*>(text.data()), static_cast<extent>(text.size())},
                           "task", "dataset.json");
}
std::string changed(const std::string& from, const std::string& to) {
    std::string text = whole;
    const std::size_t at = text.find(from);
    REQUIRE(at != std::string::npos);
    return text.replace(at, from.size(), to);
}
std::string message_of(const std::string& text) {
    const auto task = parsed(text);
    CHECK(task.error().kind() == error_kind::corrupt);
    return task.error().message();
}
bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }
}  // namespace

TEST_CASE("a task gives its pairs, labels and modalities") {
    const auto task = parsed(whole);
    REQUIRE_MESSAGE(task, task.error().message());
    CHECK(task->name == "Hippocampus");
    CHECK(task->description == "left & right \"head\"");
    CHECK(task->licence == "CC-BY-SA 4.0");
    CHECK(task->modalities == names{"MRI"});
    CHECK(task->training.class_names == names{"background", "Anterior", "Posterior"});
    CHECK(task->training.images == names{"task/imagesTr/a.nii.gz", "task/imagesTr/b.nii.gz"});
    CHECK(task->training.labels == names{"task/labelsTr/a.nii.gz", "task/labelsTr/b.nii.gz"});
    CHECK(task->test == names{"task/imagesTs/c.nii.gz"});

    const scratch_folder folder("decathlon");
    folder.write("dataset.json", whole);
    const auto read = read_decathlon(folder.at("dataset.json"));
    REQUIRE(read);
    CHECK(read->training.images[0] == folder.path() + "/imagesTr/a.nii.gz");
    CHECK(read_decathlon(folder.path() + "/none.json").error().kind() == error_kind::cannot_open);
}

TEST_CASE("what is missing, double or out of place is refused with its byte") {
    CHECK(has(message_of(changed("\"2\": \"Post", "\"3\": \"Post")), "without a gap"));
    CHECK(has(message_of(changed("\"2\": \"Post", "\"1\": \"Post")), "without a gap"));
    CHECK(has(message_of(changed("\"2\": \"Post", "\"x\": \"Post")), "a key that is a number from 0"));
    CHECK(has(message_of(changed("\"2\": \"Posterior\"", "\"2\": 7")), "expected a text"));
    CHECK(has(message_of(changed("\"numTraining\": 2", "\"numTraining\": 3")), "numTraining"));
    CHECK(has(message_of(changed("\"numTest\": 1", "\"numTest\": 1.0")), "a whole number from 0"));
    CHECK(has(message_of(changed("\"numTest\": 1", "\"numTest\": 0")), "numTest"));
    CHECK(has(message_of(changed("\"numTest\"", "\"numTraining\"")), "each key once"));
    CHECK(has(message_of(changed("\"training\"", "\"trained\"")), "a list \"training\""));
    CHECK(has(message_of(changed("\"labels\"", "\"Labels\"")), "at least two \"labels\""));
    CHECK(has(message_of(changed("\"label\": \"./labelsTr", "\"image\": \"./labelsTr")), "image and label, once each"));
    CHECK(has(message_of(changed(", \"label\": \"./labelsTr/a.nii.gz\"", "")), "expected image and label"));
    CHECK(has(message_of(changed("imagesTr/b", "imagesTr/a")), "dataset.json: names task/imagesTr/a.nii.gz twice"));
    CHECK(has(message_of(changed("}\n", "} x")), "nothing but spaces"));
    CHECK(has(message_of(""), "at byte 0: found the end, expected an opening brace"));
    CHECK(has(message_of("[]"), "an opening brace"));
    CHECK(has(message_of(changed("Hippocampus", "Hippo\xFF")), "UTF-8"));
    for (const char* value :
         {"01", "+1", ".5", "1.", "1e", "tru", "'x'", "[1,]", "{\"a\":1,}", "{\"a\" 1}", "\"\\x\"", "-"})
        CHECK_MESSAGE(parsed(changed("null", value)).error(), value);
    for (const char* value : {"\"\\ud83d--de00\"", "\"\\u12g4\"", "\"\\ud83d\\u0041\"", "\"\\ude00\""})
        CHECK_MESSAGE(parsed(changed("null", value)).error(), value);
    // At the end of the memory, where a sanitizer sees a step too far.
    for (const std::string text :
         {"{\"a\": \"\\", "{\"a\": \"\\u", "{\"a\": \"\\u12", "{\"a\": \"\\ud83d\\", "{\"a\"", "{"}) {
        const byte_vector bytes(text.begin(), text.end());
        CHECK(parse_decathlon(bytes, "task").error().kind() == error_kind::corrupt);
    }
    for (const char* value : {"0", "-0.5e+10", "[]", "{}", "[[[]]]", "\"\\ud83d\\ude00\"", "false"})
        CHECK_MESSAGE(parsed(changed("null", value)), value);
}

TEST_CASE("paths that lead out of the folder are refused") {
    for (const char* path : {"/etc/passwd", "../a.nii.gz", "imagesTr/../../a.nii.gz", "", "..", "a\\u0000b"})
        CHECK(has(message_of(changed("./imagesTr/a.nii.gz", path)), "a path below the folder of the file"));
}

TEST_CASE("nesting is bounded, and a file cut anywhere is refused") {
    const auto nested = [](int depth) {
        return changed("null", std::string(static_cast<std::size_t>(depth), '[') +
                                   std::string(static_cast<std::size_t>(depth), ']'));
    };
    CHECK(parsed(nested(64)));
    CHECK(has(message_of(nested(65)), "nests less deep"));
    CHECK(has(message_of("{\"a\":" + std::string(1'000'000, '[')), "nests less deep"));
    for (std::size_t size = 0; size + 2 < whole.size(); ++size) CHECK(parsed(whole.substr(0, size)).error());
}
