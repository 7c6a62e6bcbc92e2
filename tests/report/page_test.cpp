// SPDX-License-Identifier: MIT
/// \file
/// The page about a classifier: its numbers are those of the metrics, its text cannot become markup.
#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <ctnn/report/classification_page.hpp>
#include <limits>
#include <string>
#include <vector>

using namespace ctnn;

namespace {

bool holds(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

std::size_t times(const std::string& text, const std::string& part) {
    std::size_t found = 0;
    for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
    return found;
}

}  // namespace

TEST_CASE("base64 agrees with the examples of RFC 4648") {
    const char* const texts[]{"", "f", "fo", "foo", "foob", "fooba", "foobar"};
    const char* const coded[]{"", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy"};
    for (extent i = 0; i < 7; ++i) CHECK(base64({reinterpret_cast<const unsigned char*>(texts[i]), i}) == coded[i]);
    const unsigned char high[]{0xFB, 0xFF, 0xBF};
    CHECK(base64({high, 3}) == "+/+/");
}

TEST_CASE("text cannot become markup") {
    html_page page("a <b> & \"c\"");
    page.heading("<script>");
    page.table({"<i>"}, {{"<u>", "1 < 2"}});
    const std::string text = page.text();
    CHECK(holds(text, "<h1>a &lt;b&gt; &amp; &quot;c&quot;</h1>"));
    CHECK(holds(text, "<th>&lt;u&gt;</th><td>1 &lt; 2</td>"));
    CHECK(!holds(text, "<script"));
    CHECK(!holds(text, "http"));
}

TEST_CASE("a line in SVG has a mark a point, and gaps where numbers are missing") {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const std::string svg = draw_svg({"Loss", "epoch", "loss", {{"training", {1, 2, 3, 4}, {0.5, nan, 0.25, 0}}}});
    CHECK(times(svg, "<circle") == 3);
    CHECK(holds(svg, "training: epoch 3.000, loss 0.2500"));
    CHECK(!holds(svg, "nan"));
    CHECK(times(draw_svg({"", "", "", {}}), "<path class=\"frame\"") > 0);
    std::vector<double> many(5000);
    for (std::size_t i = 0; i < many.size(); ++i) many[i] = static_cast<double>(i);
    CHECK(times(draw_svg({"", "", "", {{"one", many, many}}}), "<circle") <= 100);
}

TEST_CASE("the page says what the metrics say") {
    // Eight samples of class 0, 0, 0, 0, 1, 1, 1, 1: one of each class is wrong, and one pair in sixteen is misordered.
    const std::vector<float> of_one{0.1F, 0.2F, 0.3F, 0.7F, 0.4F, 0.75F, 0.8F, 0.9F};
    const std::vector<std::int32_t> labels{0, 0, 0, 0, 1, 1, 1, 1};
    std::vector<float> of_both;
    for (const float p : of_one) of_both.insert(of_both.end(), {1 - p, p});
    CHECK(worst_mistakes(of_one, labels, 9) == std::vector<extent>{3, 4});
    CHECK(worst_mistakes(of_both, labels, 1) == std::vector<extent>{3});
    CHECK(worst_mistakes({}, {}, 3).empty());

    classification_page content{.title = "Chest",
                                .facts = {{"seed", "7"}},
                                .network = "conv 8\n",
                                .classes = {"normal", "pneumonia"},
                                .probabilities = of_both,
                                .labels = labels};
    content.history.epochs = {{.epoch = 1, .loss = 0.5}, {.epoch = 2, .loss = 0.25}};
    content.mistakes = {{.picture = {2, 2, 1, {0, 0.5F, 2, -1}},
                         .truth = "normal",
                         .predicted = "pneumonia",
                         .probability = 0.7,
                         .mistake = true}};
    const std::string page = make_page(content).text();
    CHECK(holds(page, "Accuracy 0.7500, area under the ROC curve 0.9375."));
    CHECK(holds(page, "<th>normal</th><td>0.7500</td><td>0.7500</td><td>0.7500</td><td>0.7500</td><td>4</td>"));
    CHECK(holds(page, "<th>seed</th><td>7</td>"));
    CHECK(holds(page, "training: epoch 2.000, loss 0.2500"));
    CHECK(holds(page, "<span class=\"mistake\">pneumonia 0.7000</span>"));
    CHECK(times(page, "data:image/png;base64,iVBOR") == 1);
    CHECK(times(page, "<svg") == 4);

    content.probabilities = of_one;  // one column says the same
    CHECK(holds(make_page(content).text(), "Accuracy 0.7500, area under the ROC curve 0.9375."));
    CHECK(holds(make_page({}).text(), "<h1>Classifier</h1>"));
    const std::vector<std::int32_t> one_class(8, 1);
    content.labels = one_class;  // neither areas nor thresholds
    CHECK(!holds(make_page(content).text(), "Youden"));
}
