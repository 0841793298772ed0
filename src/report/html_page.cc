#include "report/html_page.h"

#include <fmt/format.h>

#include "base/base64.h"
#include "base/embed.h"
#include "base/sha256.h"
#include "base/text.h"
#include "report/html_parts.h"
#include "report/html_text.h"
#include "report/page_data.h"

namespace fuseo1 {
namespace {

FUSEO1_EMBED(StyleText, FUSEO1_PAGE_FOLDER "/page.css")
FUSEO1_EMBED(DataScript, FUSEO1_PAGE_FOLDER "/data.js")
FUSEO1_EMBED(ListScript, FUSEO1_PAGE_FOLDER "/list.js")
FUSEO1_EMBED(ItemsScript, FUSEO1_PAGE_FOLDER "/items.js")
FUSEO1_EMBED(AnswersScript, FUSEO1_PAGE_FOLDER "/answers.js")
FUSEO1_EMBED(StartScript, FUSEO1_PAGE_FOLDER "/start.js")
FUSEO1_EMBED(ReaderHtml, FUSEO1_PAGE_FOLDER "/reader.html")

std::string ScriptText() {
  std::string text = "\"use strict\";\n(() => {\n";
  for (const std::string_view part :
       {DataScript(), ListScript(), ItemsScript(), AnswersScript(), StartScript()}) {
    text += part;
  }
  return text + "})();\n";
}

std::string Digest(std::string_view text) { return "'sha256-" + Base64(Sha256(text)) + "'"; }

std::string Section(std::string_view id, std::string_view title, std::string_view lead,
                    const std::string& body) {
  if (body.empty()) {
    return "";
  }
  return fmt::format(
      "<section id=\"{0}\" aria-labelledby=\"{0}-title\"><h2 id=\"{0}-title\">{1}</h2>"
      "<p class=\"lead\">{2}</p>{3}</section>\n",
      id, title, lead, body);
}

std::string TitleOf(const Report& report) {
  std::string benchmarks;
  const BenchmarkDef* last = nullptr;
  for (const Column& column : report.columns) {
    if (column.benchmark != last) {
      last = column.benchmark;
      benchmarks += (benchmarks.empty() ? "" : ", ") + std::string(last->title);
    }
  }
  const std::string runs = report.runs.size() == 1 ? report.runs.front().name
                                                   : fmt::format("{} runs", report.runs.size());
  return runs + " on " + benchmarks;
}

std::string LimitSentence(const PageData& data) {
  if (data.cut_answers == 0) {
    return fmt::format("All {} answers are here in full.", data.answers);
  }
  return fmt::format(
      "Of {} answers, {} are longer than {}: of those the beginning and the end are here, and how "
      "much is missing between.",
      data.answers, data.cut_answers, HumanBytes(data.answer_limit_bytes));
}

std::string Header(const Report& report, const std::string& script) {
  const std::string title = HtmlText(TitleOf(report), 200);
  return fmt::format(
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; script-src {}; "
      "style-src {}; base-uri 'none'; form-action 'none'\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=\"color-scheme\" content=\"light dark\">\n"
      "<meta name=\"referrer\" content=\"no-referrer\">\n<meta name=\"generator\" content=\"fuseo1 "
      "{}\">\n<title>{}</title>\n<style>{}</style>\n</head>\n<body>\n"
      "<a class=\"skip\" href=\"#scores\">Skip to the scores</a>\n"
      "<header><p class=\"kicker\">Evaluation report</p><h1>{}</h1></header>\n",
      Digest(script), Digest(StyleText()), HtmlText(report.version), title, StyleText(), title);
}

std::string Navigation(bool has_pairs, bool has_tokens) {
  std::string html =
      "<nav aria-label=\"Sections\"><a href=\"#scores\">Scores</a>"
      "<a href=\"#intervals\">Intervals</a>";
  html += has_pairs ? "<a href=\"#compared\">Compared</a>" : "";
  html += has_tokens ? "<a href=\"#tokens\">Tokens</a>" : "";
  return html +
         "<a href=\"#groups\">Breakdown</a><a href=\"#items\">Items</a><a href=\"#answers\">Answers"
         "</a><a href=\"#method\">Method</a><button id=\"theme\" type=\"button\" "
         "aria-label=\"Switch between light and dark\">◐</button></nav>\n";
}

std::string DataBlocks(const PageData& data) {
  std::string html;
  const auto add = [&html](const std::string& id, std::string_view bytes) {
    html += "<script type=\"application/octet-stream\" id=\"" + id + "\">" + Base64(bytes) +
            "</script>\n";
  };
  add("data-index", data.index);
  for (std::size_t i = 0; i < data.blocks.size(); ++i) {
    add(fmt::format("data-{}", i), data.blocks[i]);
  }
  return html;
}

}  // namespace

Result<std::string> RenderHtml(const Report& report,
                               const std::vector<std::unique_ptr<RunStore>>& stores,
                               std::size_t answer_bytes) {
  FUSEO1_TRY(const PageData data, MakePageData(report, stores, answer_bytes));
  const std::string script = ScriptText();
  const std::string paired = PairedHtml(report);
  const std::string tokens = TokensHtml(report);
  std::string html = Header(report, script) + Navigation(!paired.empty(), !tokens.empty());
  html += "<main>\n";
  html +=
      Section("scores", "Scores",
              report.has_reference
                  ? "Percent; small print: 95 % interval. Grey rows are published values; marks "
                    "say where they differ significantly from a run."
                  : "Percent; small print: 95 % interval.",
              ScoresHtml(report));
  html +=
      Section("intervals", "Scores with their intervals",
              report.has_reference ? "Bars: 95 % intervals, clustered by item. Hollow diamonds: "
                                     "published values, which have none."
                                   : "Bars: 95 % intervals, clustered by item.",
              ForestHtml(report));
  html += Section("compared", "Runs compared, item by item",
                  "Differences in percentage points on the items that both answered; bold "
                  "probabilities are below 0.05.",
                  paired);
  html += Section("tokens", "Score against length",
                  "Large signs: score and mean length of a run, with its interval. Lines: share of "
                  "right answers among its shortest to its longest sixths.",
                  tokens);
  html += Section("groups", "Breakdown", "Pass@1 by kind of item, and what the answers were like.",
                  AnswersHtml(report) + GroupsHtml(report));
  html += std::string(ReaderHtml());
  html += Section("method", "How to read this", LimitSentence(data), MethodHtml(report));
  html += "</main>\n<footer>Written by fuseo1 " + HtmlText(report.version) +
          ". This page asks nothing of any server.</footer>\n";
  html += DataBlocks(data);
  html += "<script>" + script + "</script>\n</body>\n</html>\n";
  return html;
}

}  // namespace fuseo1
