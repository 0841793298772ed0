#include "base/file_guess.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace fuseo1 {
namespace {

constexpr std::size_t kLengthBytes = 8;  // a safetensors length of 0 is no interrupted download

using std::string_view_literals::operator""sv;

constexpr std::string_view kFailed =
    "The download failed (an error or login page was saved in its place): fetch it again.";
constexpr std::string_view kConvert =
    "Convert the model to safetensors first, for example with save_pretrained of transformers.";
constexpr std::string_view kUnpack = "Unpack it first.";
constexpr std::string_view kOther = "Another file took its place: fetch it again.";

struct Magic {
  std::string_view bytes;
  FileGuess guess;
};

constexpr std::array kMagics = {
    Magic{"GGUF"sv, {"a GGUF file", "Use the safetensors files of that model.", false}},
    Magic{"PK\x03\x04"sv, {"a zip archive, as PyTorch writes .bin files", kConvert, false}},
    Magic{"\x80\x02"sv, {"a Python pickle, as PyTorch writes .bin files", kConvert, false}},
    Magic{"\x80\x03"sv, {"a Python pickle", kConvert, false}},
    Magic{"\x80\x04\x95"sv, {"a Python pickle", kConvert, false}},
    Magic{"\x80\x05\x95"sv, {"a Python pickle", kConvert, false}},
    Magic{"\x93NUMPY"sv, {"a NumPy array", kConvert, false}},
    Magic{"\x89HDF\r\n"sv, {"an HDF5 file", kConvert, false}},
    Magic{"\x1f\x8b"sv, {"a gzip archive", kUnpack, false}},
    Magic{"\x28\xb5\x2f\xfd"sv, {"a zstd archive", kUnpack, false}},
    Magic{"\xfd"
          "7zXZ"sv,
          {"an xz archive", kUnpack, false}},
    Magic{"BZh"sv, {"a bzip2 archive", kUnpack, false}},
    Magic{"7z\xbc\xaf"sv, {"a 7z archive", kUnpack, false}},
    Magic{"\x7f"
          "ELF"sv,
          {"a program (ELF)", kOther, false}},
    Magic{"\x89PNG"sv, {"a picture (PNG)", kOther, false}},
    Magic{"%PDF-"sv, {"a PDF document", kOther, false}},
    Magic{"\xff\xfe"sv, {"UTF-16 text", "Save it as UTF-8.", false}},
    Magic{"\xfe\xff"sv, {"UTF-16 text", "Save it as UTF-8.", false}},
    Magic{"<<<<<<< "sv, {"the marks of a Git merge conflict", "Resolve it first.", true}},
};

// In lower case, after spaces and a byte order mark.
constexpr std::array kPages = {"<!doctype html"sv, "<html"sv, "<head"sv, "<body"sv,
                               "<script"sv,        "<!-- "sv, "<meta"sv, "<title"sv};
constexpr std::array kXml = {"<?xml"sv, "<error>"sv};

std::string LowerStart(std::string_view text) {
  if (StartsWith(text, "\xEF\xBB\xBF")) {
    text.remove_prefix(3);
  }
  std::string out(Trim(text).substr(0, 16));
  for (char& c : out) {
    c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  }
  return out;
}

}  // namespace

std::string FileGuess::Message(std::string_view expected) const {
  return "expected " + std::string(expected) + ", found " + std::string(what) + ". " +
         std::string(remedy);
}

FileGuess GuessFile(std::string_view start) {
  start = start.substr(0, kGuessBytes);
  if (StartsWith(start, "version https://git-lfs") || StartsWith(start, "version https://hawser")) {
    return {"a Git LFS pointer, not the file itself",
            "Run 'git lfs pull' in that directory, or fetch the file again.", true};
  }
  for (const Magic& magic : kMagics) {
    if (StartsWith(start, magic.bytes)) {
      return magic.guess;
    }
  }
  const std::string lower = LowerStart(start);
  const auto begins = [&](std::string_view prefix) { return StartsWith(lower, prefix); };
  if (std::any_of(kPages.begin(), kPages.end(), begins)) {
    return {"a web page (HTML)", kFailed, true};
  }
  if (std::any_of(kXml.begin(), kXml.end(), begins)) {
    return {"an XML document", kFailed, true};
  }
  if (start.size() > kLengthBytes && start.find_first_not_of('\0') == std::string_view::npos) {
    return {"zero bytes", "The download was interrupted: fetch it again.", false};
  }
  return {};
}

bool LooksLikeText(std::string_view start) {
  return !start.empty() && std::all_of(start.begin(), start.end(), [](char c) {
    return (c >= ' ' && c <= '~') || c == '\n' || c == '\r' || c == '\t';
  });
}

}  // namespace fuseo1
