#include "report/run_report.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "report/build_report.h"
#include "report/html_page.h"
#include "report/render.h"

namespace fuseo1 {
namespace {

Result<std::string> FormatOf(const std::string& path) {
  for (const auto& [extension, format] :
       {std::pair(".html", "html"), std::pair(".htm", "html"), std::pair(".md", "markdown"),
        std::pair(".csv", "csv"), std::pair(".json", "json"), std::pair(".txt", "table")}) {
    if (EndsWith(path, extension)) {
      return std::string(format);
    }
  }
  return UsageError(fmt::format("-o {}: the ending says the form: .html, .md, .csv, .json or .txt",
                                Quoted(path)));
}

Status CheckFormat(const std::string& format) {
  for (const char* known : {"table", "markdown", "csv", "json", "html", "none"}) {
    if (format == known) {
      return {};
    }
  }
  return UsageError(
      fmt::format("--format {}: table, markdown, csv, json, html or none", Quoted(format, 40)));
}

// An output must be a file that may be replaced, and no part of a run.
Status CheckOutput(FileSystem& fs, const std::string& path, const LoadOptions& load) {
  FUSEO1_TRY_VOID(FormatOf(path));
  FUSEO1_TRY(const FileInfo info, fs.Info(path));
  if (info.kind == FileKind::kDirectory || info.kind == FileKind::kOther) {
    return UsageError(fmt::format("-o {}: not a file that can be written", Quoted(path)));
  }
  FUSEO1_TRY(const std::string resolved, fs.Resolve(path));
  for (const std::string& directory : load.directories) {
    FUSEO1_TRY(const std::string run, fs.Resolve(directory));
    if (resolved == run + "/run.json" || StartsWith(resolved, run + "/run.sqlite")) {
      return UsageError(
          fmt::format("-o {} is part of the run {}", Quoted(path), Quoted(directory)));
    }
  }
  return {};
}

Result<std::string> Render(const Report& report, const LoadedRuns& loaded,
                           const std::string& format, const ReportOptions& options,
                           std::size_t width) {
  if (format == "html") {
    return RenderHtml(report, loaded.stores, options.answer_bytes);
  }
  if (format == "markdown") {
    return RenderMarkdown(report);
  }
  if (format == "csv") {
    return RenderCsv(report);
  }
  if (format == "json") {
    return DumpJson(ReportJson(report)) + "\n";
  }
  return format == "none" ? std::string() : RenderText(report, width);
}

}  // namespace

Status RunReport(const ReportOptions& options, const CommandIo& io) {
  FUSEO1_TRY_VOID(CheckFormat(options.format));
  for (const std::string& path : options.outputs) {
    FUSEO1_TRY_VOID(CheckOutput(io.fs, path, options.load));
  }
  FUSEO1_TRY(LoadedRuns loaded, LoadRuns(io.fs, options.load));
  const Report report = BuildReport(std::move(loaded.runs), std::move(loaded.notes),
                                    options.with_reference, std::string(io.version));
  for (const std::string& path : options.outputs) {
    FUSEO1_TRY(const std::string format, FormatOf(path));
    FUSEO1_TRY(const std::string text, Render(report, loaded, format, options, 0));
    FUSEO1_TRY_VOID(WriteFileDurably(io.fs, path, text));
    if (io.progress) {
      io.progress(fmt::format("wrote {} ({})", Printable(path), HumanBytes(text.size())));
    }
  }
  FUSEO1_TRY(const std::string text,
             Render(report, loaded, options.format, options, options.width));
  return text.empty() ? Status() : io.out(text);
}

}  // namespace fuseo1
