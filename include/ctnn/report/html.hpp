// SPDX-License-Identifier: MIT
/// \file
/// A page of HTML that stands by itself: no script, no font and no picture from elsewhere.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "ctnn/core/error.hpp"
#include "ctnn/io/bytes.hpp"
#include "ctnn/io/file.hpp"

namespace ctnn {

/// Text as HTML shows it, in an element or in an attribute: & < > and " become references.
[[nodiscard, gnu::cold]] inline std::string html_text(const std::string& text) {
    std::string shown;
    for (const char c : text) {
        if (c == '&')
            shown += "&amp;";
        else if (c == '<')
            shown += "&lt;";
        else if (c == '>')
            shown += "&gt;";
        else if (c == '"')
            shown += "&quot;";
        else
            shown += c;
    }
    return shown;
}

/// Bytes as characters, three in four. https://www.rfc-editor.org/rfc/rfc4648 section 4
[[nodiscard, gnu::cold]] inline std::string base64(byte_view bytes) {
    constexpr char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string text;
    for (extent i = 0; i < bytes.size; i += 3) {
        const auto at = [&](extent k) { return i + k < bytes.size ? static_cast<unsigned>(bytes[i + k]) : 0U; };
        const unsigned three = at(0) << 16 | at(1) << 8 | at(2);
        for (extent k = 0; k < 4; ++k) text += i + k <= bytes.size ? digits[three >> (18 - 6 * k) & 63U] : '=';
    }
    return text;
}

/// A page that grows from above to below; light or dark as its reader's system is, and light on paper.
///
///     ctnn::html_page page("Chest X-rays");
///     page.heading("Results");
///     page.table({"class", "recall"}, {{"normal", "0.97"}, {"pneumonia", "0.99"}});
///     auto failed = page.write("report.html");
class html_page {
public:
    explicit html_page(const std::string& title) : title_(html_text(title)) {}

    void heading(const std::string& text) { body_ += "<h2>" + html_text(text) + "</h2>\n"; }
    void paragraph(const std::string& text) { body_ += "<p>" + html_text(text) + "</p>\n"; }
    /// Text with the line breaks and spaces that it has.
    void preformatted(const std::string& text) { body_ += "<pre>" + html_text(text) + "</pre>\n"; }
    /// Cells as they are given; the first column names the rows.
    [[gnu::cold]] void table(const std::vector<std::string>& columns,
                             const std::vector<std::vector<std::string>>& rows) {
        body_ += "<table><thead><tr>";
        for (const std::string& name : columns) body_ += "<th>" + html_text(name) + "</th>";
        body_ += "</tr></thead><tbody>\n";
        for (const std::vector<std::string>& row : rows) {
            body_ += "<tr>";
            for (std::size_t i = 0; i < row.size(); ++i) {
                const char* const cell = i == 0 ? "th" : "td";
                body_ += std::string("<") + cell + ">" + html_text(row[i]) + "</" + cell + ">";
            }
            body_ += "</tr>\n";
        }
        body_ += "</tbody></table>\n";
    }
    /// Drawings or pictures side by side, each of them HTML already: of draw_svg() or html_picture().
    [[gnu::cold]] void figures(const std::vector<std::string>& drawn) {
        body_ += "<div class=\"figures\">\n";
        for (const std::string& one : drawn) body_ += "<figure>" + one + "</figure>\n";
        body_ += "</div>\n";
    }
    /// HTML as it is.
    void markup(const std::string& html) { body_ += html; }

    /// The whole file.
    [[nodiscard, gnu::cold]] std::string text() const {
        return "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
               "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
               "<meta name=\"color-scheme\" content=\"light dark\">\n<title>" +
               title_ + "</title>\n<style>\n" + style() + "</style>\n</head>\n<body>\n<h1>" + title_ + "</h1>\n" +
               body_ + "</body>\n</html>\n";
    }
    /// Writes the page, crash-safe; see write_file().
    [[nodiscard, gnu::cold]] error write(const std::string& path) const {
        const std::string all = text();
        return write_file(path, {reinterpret_cast<const unsigned char*>(all.data()), static_cast<extent>(all.size())});
    }

private:
    static const char* style() {
        return ":root{--paper:#fff;--ink:#262b33;--gray:#5c636d;--line:#dfe3e8;--share:31,105,180;--wrong:#c22a2a;"
               "--s0:#1f69b4;--s1:#c85a06;--s2:#24814e;--s3:#8a4fb0;--s4:#a8323a;--s5:#0f7f88;--s6:#7a6a12;"
               "--s7:#5b5f66}\n"
               "@media (prefers-color-scheme:dark){:root{--paper:#15181d;--ink:#e4e7eb;--gray:#a3abb6;--line:#343a43;"
               "--share:90,160,230;--wrong:#ff7b7b;--s0:#6fb1f2;--s1:#f2a05c;--s2:#6cc794;--s3:#c79be6;--s4:#f08a90;"
               "--s5:#5ec9d2;--s6:#d3c25a;--s7:#b4bac3}}\n"
               "@media print{:root{--paper:#fff;--ink:#000;--gray:#444;--line:#bbb}figure,table{break-inside:avoid}}\n"
               "body{background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,sans-serif;max-width:72rem;"
               "margin:2rem auto;padding:0 1rem}\n"
               "h1{font-size:1.7rem}h2{font-size:1.2rem;margin-top:2.2rem;border-bottom:1px solid var(--line)}\n"
               "table{border-collapse:collapse;margin:1rem 0;font-variant-numeric:tabular-nums}\n"
               "th,td{padding:.25rem .8rem;border-bottom:1px solid var(--line);text-align:right}\n"
               "th:first-child{text-align:left}tbody th{font-weight:normal}\n"
               "pre{overflow-x:auto;font-size:.8rem;line-height:1.35}\n"
               ".figures{display:flex;flex-wrap:wrap;gap:1rem}figure{margin:0}\n"
               "figcaption{font-size:.85rem;color:var(--gray);max-width:11rem}.mistake{color:var(--wrong)}\n"
               "img{width:10rem;image-rendering:pixelated}\n"
               "svg{width:30rem;max-width:100%;height:auto}svg text{fill:var(--gray);font:11px system-ui,sans-serif}\n"
               "svg .title{fill:var(--ink);font-size:14px}svg .frame{stroke:var(--line);fill:none}\n"
               "svg .mark circle{fill:transparent}svg .mark .tip{display:none;fill:var(--ink)}\n"
               "svg .mark:hover circle{fill:var(--ink)}svg .mark:hover .tip{display:inline}\n";
    }

    std::string title_, body_;
};

}  // namespace ctnn
