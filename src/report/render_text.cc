#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "report/render.h"

namespace fuseo1 {
namespace {

using Line = std::vector<std::string>;

constexpr std::size_t kMaxNameBytes = 200;
constexpr std::size_t kMaxPairsShown = 40;

// Characters, for text without combining or wide ones.
std::size_t Width(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
  }));
}

std::string Padded(const std::string& text, std::size_t width, bool to_the_right) {
  const std::string space(width - std::min(width, Width(text)), ' ');
  return to_the_right ? space + text : text + space;
}

// The first column to the left, the others to the right of theirs.
std::string TableText(const std::vector<Line>& lines, std::size_t header_lines) {
  std::vector<std::size_t> widths;
  for (const Line& line : lines) {
    widths.resize(std::max(widths.size(), line.size()));
    for (std::size_t i = 0; i < line.size(); ++i) {
      widths[i] = std::max(widths[i], Width(line[i]));
    }
  }
  std::size_t total = 0;
  for (const std::size_t width : widths) {
    total += width + 2;
  }
  std::string text;
  for (std::size_t n = 0; n < lines.size(); ++n) {
    std::string row;
    for (std::size_t i = 0; i < lines[n].size(); ++i) {
      row += (i == 0 ? "" : "  ") + Padded(lines[n][i], widths[i], i > 0);
    }
    row.erase(row.find_last_not_of(' ') + 1);
    text += row + "\n";
    if (n + 1 == header_lines) {
      for (std::size_t i = 0; i + 2 < total; ++i) {
        text += "─";
      }
      text += "\n";
    }
  }
  return text;
}

std::string NameText(const Report& report, const Row& row) {
  const std::string name = Printable(row.name, kMaxNameBytes);
  return row.is_published || report.runs.size() == 1
             ? name
             : fmt::format("{}  [{}]", name, report.runs[row.run].letter);
}

std::string WithMarks(const Report& report, std::size_t row, std::size_t column) {
  const std::string marks = MarksText(report, row, column);
  return CellText(report.rows[row].cells[column]) + (marks.empty() ? "" : " " + marks);
}

// The blocks of columns that fit beside the names.
std::vector<std::pair<std::size_t, std::size_t>> Blocks(const Report& report, std::size_t width) {
  std::size_t names = 5;
  for (const Row& row : report.rows) {
    names = std::max(names, Width(NameText(report, row)));
  }
  std::vector<std::pair<std::size_t, std::size_t>> blocks;
  std::size_t used = 0;
  for (std::size_t c = 0; c < report.columns.size(); ++c) {
    std::size_t cell = Width(report.columns[c].title);
    for (std::size_t r = 0; r < report.rows.size(); ++r) {
      cell = std::max(cell, Width(WithMarks(report, r, c)));
    }
    if (blocks.empty() || (width > 0 && used + cell + 2 > width)) {
      blocks.emplace_back(c, c);
      used = names;
    }
    blocks.back().second = c + 1;
    used += cell + 2;
  }
  return blocks;
}

std::string ScoresText(const Report& report, std::size_t width) {
  std::string text;
  for (const auto& [first, end] : Blocks(report, width)) {
    std::vector<Line> lines = {{"Model"}, {""}};
    for (std::size_t c = first; c < end; ++c) {
      lines[0].push_back(report.columns[c].title);
      lines[1].push_back(report.columns[c].MetricTitle());
    }
    for (std::size_t r = 0; r < report.rows.size(); ++r) {
      Line line = {NameText(report, report.rows[r])};
      for (std::size_t c = first; c < end; ++c) {
        line.push_back(WithMarks(report, r, c));
      }
      lines.push_back(std::move(line));
    }
    text += TableText(lines, 2) + "\n";
  }
  return text;
}

std::string Optional(const std::optional<double>& value) {
  return value ? fmt::format("{:.0f}", *value) : "–";
}

std::string AnswersText(const Report& report) {
  std::vector<Line> lines = {{"Answers", "items", "answers", "truncated", "unparsed", "timed out",
                              "tokens", "if right", "if wrong", "grader"}};
  for (const RunResult& run : report.runs) {
    for (const BenchmarkResult& b : run.benchmarks) {
      const MetricSet& m = b.metrics;
      const auto share = [](double value) { return PercentText(value * 100) + " %"; };
      lines.push_back({fmt::format("{}{}", b.benchmark->title,
                                   report.runs.size() == 1 ? "" : "  [" + run.letter + "]"),
                       std::to_string(m.items), std::to_string(m.samples), share(m.truncation_rate),
                       share(m.unparsed_rate), share(m.timeout_rate),
                       Optional(m.mean_completion_tokens), Optional(MeanTokens(b, true)),
                       Optional(MeanTokens(b, false)), b.grader});
    }
  }
  return TableText(lines, 1) + "\n";
}

std::string PairedText(const Report& report) {
  if (report.paired.empty()) {
    return "";
  }
  std::vector<Line> lines = {{"Compared", "difference", "95 % interval", "p", "Holm", "items",
                              "changed", "better", "worse", "McNemar"}};
  for (std::size_t i = 0; i < std::min(report.paired.size(), kMaxPairsShown); ++i) {
    const PairedComparison& c = report.paired[i];
    const double margin = 1.96 * c.test.standard_error;
    lines.push_back({fmt::format("{}: {} → {}", c.benchmark->title, report.runs[c.run_a].letter,
                                 report.runs[c.run_b].letter),
                     SignedPoints(c.test.difference * 100),
                     fmt::format("[{}, {}]", SignedPoints((c.test.difference - margin) * 100),
                                 SignedPoints((c.test.difference + margin) * 100)),
                     ProbabilityText(c.test.p_value), ProbabilityText(c.holm_p),
                     std::to_string(c.test.items), std::to_string(c.test.changed_items),
                     std::to_string(c.better_items), std::to_string(c.worse_items),
                     ProbabilityText(c.mcnemar_p)});
  }
  std::string text = TableText(lines, 1);
  if (report.paired.size() > kMaxPairsShown) {
    text += fmt::format("… and {} more: --format csv, json or -o report.html\n",
                        report.paired.size() - kMaxPairsShown);
  }
  return text + "\n";
}

std::string SameModelText(const Report& report) {
  std::string text;
  for (const PublishedComparison& c : report.published) {
    if (!c.is_same_model) {
      continue;
    }
    text += fmt::format(
        "{} {}: published {}, here {} ({}, p {})\n", report.columns[c.column].title,
        report.columns[c.column].MetricTitle(),
        PercentText(*report.rows[c.row].cells[c.column].percent),
        PercentText(
            *report.rows[report.rows.size() - report.runs.size() + c.run].cells[c.column].percent),
        SignedPoints(c.difference), ProbabilityText(c.p_value));
  }
  return text.empty() ? "" : "The same model, published and here\n" + text + "\n";
}

// At blanks, so that no line is longer than `width`.
std::string Wrapped(const std::string& text, std::size_t width) {
  std::string out;
  std::size_t column = 0;
  std::string_view rest = text;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find(' '), rest.size());
    const std::string_view word = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (column > 0 && width > 0 && column + 1 + Width(word) > width) {
      out += "\n  ";
      column = 2;
    } else if (column > 0) {
      out += ' ';
      ++column;
    }
    out += word;
    column += Width(word);
  }
  return out + "\n";
}

}  // namespace

std::string RenderText(const Report& report, std::size_t width) {
  std::string text =
      ScoresText(report, width) + SameModelText(report) + PairedText(report) + AnswersText(report);
  const std::size_t prose = width == 0 ? 100 : width;
  if (report.runs.size() > 1) {
    for (const RunResult& run : report.runs) {
      text += fmt::format("[{}] {}\n", run.letter, Printable(run.directory, kMaxNameBytes));
    }
  }
  for (const std::string& line : Explanations(report)) {
    text += Wrapped(line, prose);
  }
  for (const std::string& note : report.notes) {
    text += Wrapped("Note: " + Printable(note), prose);
  }
  return text;
}

}  // namespace fuseo1
