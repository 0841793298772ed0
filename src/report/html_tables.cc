#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "report/html_parts.h"
#include "report/html_text.h"
#include "report/render.h"

namespace fuseo1 {
namespace {

std::string Interval(const Estimate& e) {
  return fmt::format("{}–{}", PercentText(e.ci95.low * 100), PercentText(e.ci95.high * 100));
}

// A run's name with its sign in front.
std::string RunName(const Report& report, std::size_t run, bool in_full = false) {
  return fmt::format(
      "<span class=\"run\"><svg class=\"sign {}\" viewBox=\"-8 -8 16 16\" aria-hidden=\"true\">{}"
      "</svg>{}<span class=\"letter\">{}</span></span>",
      SeriesClass(run), Marker(run, 0, 0),
      HtmlText(in_full ? report.runs[run].name : report.runs[run].short_name),
      report.runs[run].letter);
}

const PublishedComparison* FindComparison(const Report& report, std::size_t row, std::size_t column,
                                          std::size_t run) {
  for (const PublishedComparison& c : report.published) {
    if (c.row == row && c.column == column && c.run == run) {
      return &c;
    }
  }
  return nullptr;
}

std::string MarksHtml(const Report& report, std::size_t row, std::size_t column) {
  std::string html;
  for (std::size_t run = 0; run < report.runs.size(); ++run) {
    const std::string_view mark = report.CellMark(row, column, run);
    if (mark.empty()) {
      continue;
    }
    const PublishedComparison& c = *FindComparison(report, row, column, run);
    html += fmt::format(
        " <abbr class=\"mark {}\" title=\"{} than {} by {} points: p {}, Holm {}\">{}{}</abbr>",
        c.difference < 0 ? "up" : "down", c.difference < 0 ? "higher" : "lower",
        HtmlText(report.runs[run].name), PercentText(std::abs(c.difference)),
        HtmlText(ProbabilityText(c.p_value)), HtmlText(ProbabilityText(c.holm_p)), mark,
        report.runs.size() == 1 ? "" : report.runs[run].letter);
  }
  return html;
}

// The largest shown value of a column: set in bold, as papers do.
std::vector<double> BestOf(const Report& report) {
  std::vector<double> best(report.columns.size(), -1);
  for (const Row& row : report.rows) {
    for (std::size_t c = 0; c < row.cells.size(); ++c) {
      best[c] = std::max(best[c], row.cells[c].percent.value_or(-1));
    }
  }
  return best;
}

std::string CellHtml(const Report& report, std::size_t r, std::size_t c, double best) {
  const Cell& cell = report.rows[r].cells[c];
  if (!cell.percent) {
    return "<td class=\"none\">–</td>";
  }
  const std::string value = PercentText(*cell.percent);
  const std::string marks = MarksHtml(report, r, c);
  std::string html =
      fmt::format("<td><span class=\"value{}\">{}</span>{}", *cell.percent >= best ? " best" : "",
                  value, marks.empty() ? "" : "<small>" + marks + "</small>");
  if (cell.estimate) {
    html += fmt::format("<small>{}</small>", Interval(*cell.estimate));
  }
  if (cell.consensus_size != 0) {
    html += fmt::format("<small>Cons@{}</small>", cell.consensus_size);
  }
  return html + "</td>";
}

// Titles that stand over neighbouring columns.
std::string HeaderHtml(const Report& report) {
  std::string top = "<tr><th rowspan=\"2\" scope=\"col\">Model</th>";
  std::string bottom = "<tr>";
  for (std::size_t c = 0; c < report.columns.size();) {
    std::size_t end = c + 1;
    while (end < report.columns.size() && report.columns[end].title == report.columns[c].title) {
      ++end;
    }
    top += fmt::format("<th scope=\"colgroup\" colspan=\"{}\">{}</th>", end - c,
                       HtmlText(report.columns[c].title));
    for (; c < end; ++c) {
      bottom += fmt::format("<th scope=\"col\">{}</th>", report.columns[c].MetricTitle());
    }
  }
  return "<thead>" + top + "</tr>" + bottom + "</tr></thead>";
}

std::string Probability(double p) {
  return fmt::format("<td{}>{}</td>", p < kSignificance ? " class=\"clear\"" : "",
                     HtmlText(ProbabilityText(p)));
}

std::string TokenCell(const std::optional<double>& tokens) {
  return tokens ? fmt::format("<td>{:.0f}</td>", *tokens) : "<td class=\"none\">–</td>";
}

std::string GroupTable(const Report& report, const BenchmarkDef& benchmark, const char* title,
                       std::map<std::string, MetricSet> MetricSet::*groups) {
  std::set<std::string> names;
  std::vector<std::size_t> runs;
  for (std::size_t run = 0; run < report.runs.size(); ++run) {
    if (const BenchmarkResult* result = report.runs[run].Find(&benchmark)) {
      runs.push_back(run);
      for (const auto& [name, group] : result->metrics.*groups) {
        names.insert(name);
      }
    }
  }
  if (names.empty()) {
    return "";
  }
  std::string html = fmt::format(
      "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"{0} by "
      "{1}\"><table><thead>"
      "<tr><th scope=\"col\">{0} by {1}</th><th scope=\"col\">items</th>",
      HtmlText(benchmark.title), title);
  for (const std::size_t run : runs) {
    html += "<th scope=\"col\">" + RunName(report, run) + "</th>";
  }
  html += "</tr></thead><tbody>";
  for (const std::string& name : names) {
    std::string cells;
    std::int64_t items = 0;
    for (const std::size_t run : runs) {
      const auto& all = report.runs[run].Find(&benchmark)->metrics.*groups;
      const auto group = all.find(name);
      if (group == all.end()) {
        cells += "<td class=\"none\">–</td>";
        continue;
      }
      items = std::max(items, group->second.items);
      cells += fmt::format("<td>{}<small>{}</small></td>",
                           PercentText(group->second.pass_at_1.value * 100),
                           Interval(group->second.pass_at_1));
    }
    html += fmt::format("<tr><th scope=\"row\">{}</th><td>{}</td>{}</tr>", HtmlText(name), items,
                        cells);
  }
  return html + "</tbody></table></div>";
}

}  // namespace

std::string ScoresHtml(const Report& report) {
  std::string html =
      "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Scores\">"
      "<table class=\"scores\">" +
      HeaderHtml(report) + "<tbody>";
  const std::vector<double> best = BestOf(report);
  for (std::size_t r = 0; r < report.rows.size(); ++r) {
    const Row& row = report.rows[r];
    html += row.is_published ? "<tr class=\"published\">" : "<tr class=\"ours\">";
    html += fmt::format("<th scope=\"row\">{}</th>",
                        row.is_published ? HtmlText(row.name) : RunName(report, row.run, true));
    for (std::size_t c = 0; c < report.columns.size(); ++c) {
      html += CellHtml(report, r, c, best[c]);
    }
    html += "</tr>";
  }
  return html + "</tbody></table></div>";
}

std::string LegendHtml(const Report& report) {
  std::string html = "<p class=\"legend\">";
  for (std::size_t run = 0; run < report.runs.size(); ++run) {
    html += RunName(report, run) + " ";
  }
  return html + "</p>";
}

std::string PairedHtml(const Report& report) {
  if (report.paired.empty()) {
    return "";
  }
  std::string html =
      "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Runs compared\"><table>"
      "<thead><tr><th scope=\"col\">Benchmark</th><th scope=\"col\" class=\"text\">from</th><th "
      "scope=\"col\" class=\"text\">to"
      "</th><th scope=\"col\">difference</th><th scope=\"col\">p</th><th scope=\"col\">Holm</th>"
      "<th scope=\"col\">items</th><th scope=\"col\">better</th><th scope=\"col\">worse</th>"
      "<th scope=\"col\">McNemar</th></tr></thead><tbody>";
  for (const PairedComparison& c : report.paired) {
    const double margin = 1.96 * c.test.standard_error;
    html += fmt::format(
        "<tr><th scope=\"row\">{}</th><td class=\"text\">{}</td><td class=\"text\">{}</td>"
        "<td>{}<small>{} to {}</small></td>{}{}<td>{}</td><td>{}</td><td>{}</td>{}</tr>",
        HtmlText(c.benchmark->title), RunName(report, c.run_a), RunName(report, c.run_b),
        SignedPoints(c.test.difference * 100), SignedPoints((c.test.difference - margin) * 100),
        SignedPoints((c.test.difference + margin) * 100), Probability(c.test.p_value),
        Probability(c.holm_p), c.test.items, c.better_items, c.worse_items,
        Probability(c.mcnemar_p));
  }
  return html + "</tbody></table></div>";
}

std::string AnswersHtml(const Report& report) {
  std::string html =
      "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Answers\"><table><thead>"
      "<tr><th scope=\"col\">Benchmark</th><th scope=\"col\" class=\"text\">run</th><th "
      "scope=\"col\">items</th>"
      "<th scope=\"col\">answers</th><th scope=\"col\">truncated</th><th scope=\"col\">unparsed"
      "</th><th scope=\"col\">timed out</th><th scope=\"col\">tokens</th><th scope=\"col\">if "
      "right</th><th scope=\"col\">if wrong</th><th scope=\"col\" "
      "class=\"text\">grader</th></tr></thead><tbody>";
  for (const BenchmarkDef* benchmark : Benchmarks()) {
    for (std::size_t run = 0; run < report.runs.size(); ++run) {
      const BenchmarkResult* b = report.runs[run].Find(benchmark);
      if (b == nullptr) {
        continue;
      }
      const MetricSet& m = b->metrics;
      html += fmt::format(
          "<tr><th scope=\"row\">{}</th><td class=\"text\">{}</td><td>{}</td><td>{}</td><td>{} %"
          "</td><td>{} %</td><td>{} %</td>{}{}{}<td class=\"text\">{}</td></tr>",
          HtmlText(benchmark->title), RunName(report, run), m.items, m.samples,
          PercentText(m.truncation_rate * 100), PercentText(m.unparsed_rate * 100),
          PercentText(m.timeout_rate * 100), TokenCell(m.mean_completion_tokens),
          TokenCell(MeanTokens(*b, true)), TokenCell(MeanTokens(*b, false)), HtmlText(b->grader));
    }
  }
  return html + "</tbody></table></div>";
}

std::string GroupsHtml(const Report& report) {
  std::string html;
  for (const BenchmarkDef* benchmark : Benchmarks()) {
    html += GroupTable(report, *benchmark, "difficulty", &MetricSet::by_difficulty);
    html += GroupTable(report, *benchmark, "subject", &MetricSet::by_subject);
  }
  return html;
}

std::string MethodHtml(const Report& report) {
  std::string html = "<ul>";
  for (const std::string& line : Explanations(report)) {
    html += "<li>" + HtmlText(line, 4000) + "</li>";
  }
  html += "</ul>";
  if (!report.notes.empty()) {
    html += "<h3>Notes on these runs</h3><ul>";
    for (const std::string& note : report.notes) {
      html += "<li>" + HtmlText(note, 1000) + "</li>";
    }
    html += "</ul>";
  }
  html += "<h3>Where the numbers come from</h3>";
  for (std::size_t run = 0; run < report.runs.size(); ++run) {
    html += fmt::format("<details><summary>{}</summary><p>Directory <code>{}</code></p>",
                        RunName(report, run), HtmlText(report.runs[run].directory));
    for (const BenchmarkResult& b : report.runs[run].benchmarks) {
      html += fmt::format("<h4>{}</h4><pre>{}</pre>", HtmlText(b.benchmark->title), [&] {
        std::string lines;
        for (const auto& [key, value] : b.settings.items()) {
          lines += HtmlText(key + ": " + DumpJson(value, -1), 2000) + "\n";
        }
        return lines;
      }());
    }
    html += "</details>";
  }
  return html;
}

}  // namespace fuseo1
