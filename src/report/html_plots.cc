// Plots as inline SVG. Panels are 380 units wide, so that they are readable on a phone and stand
// side by side on a desk.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "report/html_parts.h"
#include "report/html_text.h"

namespace fuseo1 {
namespace {

constexpr double kWidth = 380;
constexpr double kLeft = 14;
constexpr double kRight = 44;  // room for the value
constexpr std::size_t kSeries = 6;
constexpr std::size_t kMaxLabelBytes = 52;

struct Axis {
  double low = 0, high = 1, from = 0, to = 1;
  bool is_log = false;

  double At(double value) const {
    const auto scale = [this](double v) { return is_log ? std::log10(v) : v; };
    const double share = (scale(value) - scale(low)) / (scale(high) - scale(low));
    return from + std::clamp(share, 0.0, 1.0) * (to - from);
  }
};

// Steps of 1, 2 or 5 times a power of ten, about `count` of them.
double NiceStep(double span, int count) {
  const double rough = span / count;
  const double power = std::pow(10, std::floor(std::log10(rough)));
  for (const double factor : {1.0, 2.0, 2.5, 5.0}) {
    if (rough <= factor * power) {
      return factor * power;
    }
  }
  return 10 * power;
}

// Percent, widened to whole steps.
Axis PercentAxis(double low, double high, double from, double to) {
  const double step = NiceStep(std::max(high - low, 5.0), 4);
  Axis axis{std::max(0.0, std::floor(low / step) * step),
            std::min(100.0, std::ceil(high / step) * step), from, to, false};
  if (axis.high - axis.low < step) {
    axis.low = std::max(0.0, axis.high - step);
  }
  return axis;
}

std::vector<double> TicksOf(const Axis& axis) {
  std::vector<double> ticks;
  if (axis.is_log) {
    for (double power = std::pow(10, std::floor(std::log10(axis.low))); power <= axis.high;
         power *= 10) {
      for (const double factor : {1.0, 2.0, 5.0}) {
        if (factor * power >= axis.low * 0.999 && factor * power <= axis.high * 1.001) {
          ticks.push_back(factor * power);
        }
      }
    }
    return ticks;
  }
  const double step = NiceStep(axis.high - axis.low, 4);
  for (double t = std::ceil(axis.low / step) * step; t <= axis.high + step / 1000; t += step) {
    ticks.push_back(t);
  }
  return ticks;
}

std::string TickText(double value) {
  return value >= 1000 ? fmt::format("{:g}k", value / 1000) : fmt::format("{:g}", value);
}

std::string Panel(const std::string& title, const std::string& description, double height,
                  const std::string& body) {
  return fmt::format(
      "<figure><figcaption>{0}</figcaption><svg class=\"plot\" viewBox=\"0 0 {1} {2:.0f}\" "
      "role=\"img\" aria-label=\"{3}\">{4}</svg></figure>",
      title, kWidth, height, description, body);
}

std::string ForestPanel(const Report& report, std::size_t column) {
  constexpr double kRow = 31;
  struct Entry {
    const Row* row;
    const Cell* cell;
  };
  std::vector<Entry> entries;
  double low = 100;
  double high = 0;
  for (const Row& row : report.rows) {
    const Cell& cell = row.cells[column];
    if (!cell.percent) {
      continue;
    }
    entries.push_back({&row, &cell});
    low = std::min(low, cell.estimate ? cell.estimate->ci95.low * 100 : *cell.percent);
    high = std::max(high, cell.estimate ? cell.estimate->ci95.high * 100 : *cell.percent);
  }
  std::stable_sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
    return *a.cell->percent > *b.cell->percent;
  });
  const Axis x = PercentAxis(low, high, kLeft, kWidth - kRight);
  const double bottom = 6 + kRow * static_cast<double>(entries.size());
  std::string svg;
  for (const double tick : TicksOf(x)) {
    svg += fmt::format(
        "<line class=\"grid\" x1=\"{0:.1f}\" x2=\"{0:.1f}\" y1=\"4\" y2=\"{1:.1f}\"/>"
        "<text class=\"tick\" x=\"{0:.1f}\" y=\"{2:.1f}\" text-anchor=\"middle\">{3}</text>",
        x.At(tick), bottom, bottom + 14, TickText(tick));
  }
  std::string words;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const auto& [row, cell] = entries[i];
    const double top = 6 + kRow * static_cast<double>(i);
    const double y = top + 21;
    const std::string name =
        HtmlText(row->is_published ? std::string_view(row->name).substr(row->name.rfind('/') + 1)
                                   : report.runs[row->run].short_name,
                 kMaxLabelBytes);
    svg +=
        fmt::format("<g class=\"{}\"><text class=\"label\" x=\"{}\" y=\"{:.1f}\">{}</text>",
                    row->is_published ? "published" : SeriesClass(row->run), kLeft, top + 11, name);
    if (cell->estimate) {
      svg += fmt::format(
          "<line class=\"interval\" x1=\"{:.1f}\" x2=\"{:.1f}\" y1=\"{:.1f}\" y2=\"{:.1f}\"/>",
          x.At(cell->estimate->ci95.low * 100), x.At(cell->estimate->ci95.high * 100), y, y);
    }
    const double at = x.At(cell->estimate ? cell->estimate->value * 100 : *cell->percent);
    svg += row->is_published
               ? fmt::format("<path class=\"point\" d=\"M{:.1f} {:.1f}l5 5-5 5-5-5z\"/>", at, y - 5)
               : Marker(row->run, at, y);
    svg += fmt::format(
        "<text class=\"number\" x=\"{}\" y=\"{:.1f}\" text-anchor=\"end\">{}</text></g>",
        kWidth - 4, y + 4, PercentText(*cell->percent));
    words += fmt::format("{} {}; ", name, PercentText(*cell->percent));
  }
  const std::string title =
      fmt::format("{} <span>{}</span>", HtmlText(report.columns[column].title),
                  report.columns[column].MetricTitle());
  return Panel(title, "Scores with 95 % intervals: " + words, bottom + 20, svg);
}

struct LengthBin {
  double tokens = 0;
  double share = 0;
};

struct Lengths {
  std::size_t run = 0;
  double mean_tokens = 0;
  Estimate score;
  std::vector<LengthBin> bins;
};

// Answers in order of length, cut into equal parts: median length and share of right ones.
std::optional<Lengths> LengthsOf(const BenchmarkResult& result, std::size_t run) {
  constexpr std::size_t kBins = 6;
  constexpr std::size_t kLeastInBin = 10;
  std::vector<std::pair<double, bool>> answers;
  for (const GradedItem& item : result.graded) {
    for (const GradedSample& sample : item.samples) {
      if (sample.completion_tokens && *sample.completion_tokens > 0) {
        answers.emplace_back(static_cast<double>(*sample.completion_tokens), sample.correct);
      }
    }
  }
  if (answers.empty() || !result.metrics.mean_completion_tokens) {
    return std::nullopt;
  }
  std::sort(answers.begin(), answers.end());
  Lengths out{run, *result.metrics.mean_completion_tokens, result.metrics.pass_at_1, {}};
  const std::size_t bins = std::min(kBins, answers.size() / kLeastInBin);
  for (std::size_t b = 0; b < bins && bins > 1; ++b) {
    const std::size_t begin = answers.size() * b / bins;
    const std::size_t end = answers.size() * (b + 1) / bins;
    const auto right = std::count_if(answers.begin() + static_cast<std::ptrdiff_t>(begin),
                                     answers.begin() + static_cast<std::ptrdiff_t>(end),
                                     [](const auto& a) { return a.second; });
    out.bins.push_back({answers[(begin + end) / 2].first,
                        static_cast<double>(right) / static_cast<double>(end - begin)});
  }
  return out;
}

std::string TokensPanel(const BenchmarkDef& benchmark, const std::vector<Lengths>& all) {
  constexpr double kHeight = 240;
  constexpr double kBottom = 205;
  double least = 1e18, most = 1;
  double low = 100, high = 0;
  for (const Lengths& run : all) {
    const auto see = [&](double tokens, double from, double to) {
      least = std::min(least, std::max(1.0, tokens));
      most = std::max(most, tokens);
      low = std::min(low, from * 100);
      high = std::max(high, to * 100);
    };
    see(run.mean_tokens, run.score.ci95.low, run.score.ci95.high);
    for (const LengthBin& bin : run.bins) {
      see(bin.tokens, bin.share, bin.share);
    }
  }
  Axis x{0, 1, 38, kWidth - 16, most / least > 6};
  if (x.is_log) {
    x.low = least / 1.15;
    x.high = most * 1.15;
  } else {
    const double step = NiceStep(std::max(most - least, most * 0.2), 4);
    x.low = std::max(0.0, std::floor(least / step - 0.2) * step);
    x.high = std::ceil(most / step + 0.2) * step;
  }
  const Axis y = PercentAxis(low, high, kBottom, 12);
  std::string svg;
  for (const double tick : TicksOf(y)) {
    svg += fmt::format(
        "<line class=\"grid\" x1=\"38\" x2=\"{0}\" y1=\"{1:.1f}\" y2=\"{1:.1f}\"/>"
        "<text class=\"tick\" x=\"32\" y=\"{2:.1f}\" text-anchor=\"end\">{3}</text>",
        kWidth - 16, y.At(tick), y.At(tick) + 4, TickText(tick));
  }
  for (const double tick : TicksOf(x)) {
    svg +=
        fmt::format("<text class=\"tick\" x=\"{:.1f}\" y=\"{}\" text-anchor=\"middle\">{}</text>",
                    x.At(tick), kBottom + 16, TickText(tick));
  }
  svg += fmt::format(
      "<text class=\"tick\" x=\"{}\" y=\"{}\" text-anchor=\"end\">tokens per answer</text>",
      kWidth - 16, kBottom + 31);
  std::string words;
  for (const Lengths& run : all) {
    svg += "<g class=\"" + SeriesClass(run.run) + "\">";
    std::string path;
    for (const LengthBin& bin : run.bins) {
      path += fmt::format("{}{:.1f} {:.1f}", path.empty() ? "M" : "L", x.At(bin.tokens),
                          y.At(bin.share * 100));
      svg += fmt::format("<circle class=\"dot\" cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"2.2\"/>",
                         x.At(bin.tokens), y.At(bin.share * 100));
    }
    if (!path.empty()) {
      svg += "<path class=\"trend\" d=\"" + path + "\"/>";
    }
    const double at = x.At(run.mean_tokens);
    svg += fmt::format(
        "<line class=\"interval\" x1=\"{0:.1f}\" x2=\"{0:.1f}\" y1=\"{1:.1f}\" y2=\"{2:.1f}\"/>{3}"
        "</g>",
        at, y.At(run.score.ci95.low * 100), y.At(run.score.ci95.high * 100),
        Marker(run.run, at, y.At(run.score.value * 100)));
    words += fmt::format("run {}: {} % at {:.0f} tokens; ", static_cast<char>('a' + run.run),
                         PercentText(run.score.value * 100), run.mean_tokens);
  }
  return Panel(HtmlText(benchmark.title), "Score against mean tokens per answer: " + words, kHeight,
               svg);
}

}  // namespace

std::string SeriesClass(std::size_t run) { return fmt::format("series s{}", run % kSeries); }

std::string Marker(std::size_t run, double x, double y) {
  // Another shape for each of the colours; the second round of colours is hollow.
  static constexpr std::array<const char*, kSeries> kShapes = {
      "m-5 0a5 5 0 1 0 10 0a5 5 0 1 0-10 0z",
      "m-4.5-4.5h9v9h-9z",
      "m0-6l5.5 10h-11z",
      "m0-6l6 6-6 6-6-6z",
      "m0 6l5.5-10h-11z",
      "m-6-2h4v-4h4v4h4v4h-4v4h-4v-4h-4z"};
  return fmt::format("<path class=\"point{}\" d=\"M{:.1f} {:.1f}{}\"/>",
                     run / kSeries % 2 == 1 ? " hollow" : "", x, y, kShapes[run % kSeries]);
}

std::string ForestHtml(const Report& report) {
  std::string html = "<div class=\"panels\">";
  for (std::size_t c = 0; c < report.columns.size(); ++c) {
    html += ForestPanel(report, c);
  }
  return html + "</div>";
}

std::string TokensHtml(const Report& report) {
  std::string panels;
  for (const BenchmarkDef* benchmark : Benchmarks()) {
    std::vector<Lengths> all;
    for (std::size_t run = 0; run < report.runs.size(); ++run) {
      const BenchmarkResult* result = report.runs[run].Find(benchmark);
      if (result != nullptr) {
        if (auto lengths = LengthsOf(*result, run)) {
          all.push_back(std::move(*lengths));
        }
      }
    }
    if (!all.empty()) {
      panels += TokensPanel(*benchmark, all);
    }
  }
  return panels.empty() ? "" : LegendHtml(report) + "<div class=\"panels\">" + panels + "</div>";
}

}  // namespace fuseo1
