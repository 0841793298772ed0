#include "adversarial/safetensors_cases.h"

#include <fmt/format.h>

#include <cstdint>
#include <string_view>

#include "io/testing.h"

namespace fuseo1::testing {
namespace {

std::string Length(std::uint64_t length) {
  std::string bytes;
  for (int shift = 0; shift < 64; shift += 8) {
    bytes.push_back(static_cast<char>(length >> shift & 0xff));
  }
  return bytes;
}

std::string Entry(std::string_view name, std::string_view dtype, std::string_view shape,
                  std::string_view offsets) {
  return fmt::format(R"("{}":{{"dtype":"{}","shape":[{}],"data_offsets":[{}]}})", name, dtype,
                     shape, offsets);
}

// One tensor "a" in a file with `data_bytes` bytes of data.
std::string One(std::string_view dtype, std::string_view shape, std::string_view offsets,
                std::size_t data_bytes) {
  return RawSafetensors("{" + Entry("a", dtype, shape, offsets) + "}",
                        std::string(data_bytes, 'd'));
}

std::string Header(std::string_view json) { return RawSafetensors(json, "dddd"); }

// Of a good tensor "a" in four bytes of data.
const std::string kGood = R"("a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]})";

// A zip archive of one stored entry, complete: what is behind the tensors of a polyglot.
std::string EmptyZip() { return std::string("PK\x05\x06", 4) + std::string(18, '\0'); }

}  // namespace

std::vector<FileCase> LengthCases() {
  const std::string lfs = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 10\n";
  return {
      {"Empty", "", "at least 8 bytes, found 0"},
      {"SevenBytes", std::string(7, '\0'), "at least 8 bytes, found 7"},
      {"OnlyALength", Length(0), "expected at least 2"},
      {"Zero", Length(0) + "{}", "expected at least 2"},
      {"OneByte", Length(1) + "{}", "expected at least 2"},
      {"SevenOfEight", Length(7) + "{\"a\":1}", "expected '{'"},
      {"OneMoreThanTheFile", Length(3) + "{}", "the bytes left in the file"},
      {"OneMoreThanTheLimit", Length(100'000'001) + "{}", "at most 100000000"},
      {"AtTheLimitInASmallFile", Length(100'000'000) + "{}", "the bytes left in the file"},
      {"TwoTo32", Length(std::uint64_t{1} << 32) + "{}", "at most 100000000"},
      {"TwoTo63", Length(std::uint64_t{1} << 63) + "{}", "at most 100000000"},
      {"WrapsWithTheLengthBytes", Length(~std::uint64_t{7}) + "{}", "at most 100000000"},
      {"AllOnes", Length(~std::uint64_t{0}) + "{}", "at most 100000000"},
      {"LfsPointer", lfs, "git lfs pull"},
      {"Gguf", "GGUF" + std::string(60, '\3'), "GGUF"},
      {"TorchZip", std::string("PK\x03\x04", 4) + std::string(60, '\1'), "PyTorch"},
      {"Pickle", "\x80\x02}q" + std::string(60, '.'), "pickle"},
      {"WebPage", "<!DOCTYPE html><html>Not found</html>", "web page"},
      {"JsonAlone", "{\"a\":1}          ", "without the 8 length bytes"},
  };
}

std::vector<FileCase> TextCases() {
  const auto offsets = [](std::string_view text) { return One("U8", "4", text, 4); };
  std::vector<FileCase> cases = {
      {"NotUtf8", Header("{\"\xff\xfe\":" + kGood.substr(4) + "}"), "not UTF-8"},
      {"OverlongUtf8", Header("{\"\xc0\xaf\":" + kGood.substr(4) + "}"), "not UTF-8"},
      {"SurrogateInUtf8", Header("{\"\xed\xa0\x80\":" + kGood.substr(4) + "}"), "not UTF-8"},
      {"NotJson", Header("hello world"), "expected '{'"},
      {"AnArray", Header("[]"), "expected '{'"},
      {"Null", Header("null"), "expected '{'"},
      {"Truncated", Header("{" + kGood.substr(0, 30)), "byte"},
      {"TruncatedInAName", Header("{\"abc"), "does not end"},
      {"NoClosingBrace", Header("{" + kGood), "found the end"},
      {"TrailingComma", Header("{" + kGood + ",}"), "name in quotes"},
      {"LeadingComma", Header("{," + kGood + "}"), "name in quotes"},
      {"MissingColon", Header(R"({"a" {"dtype":"F32"}})"), "':'"},
      {"SingleQuotes", Header("{'a':1}"), "name in quotes"},
      {"Comment", Header("{/*x*/" + kGood + "}"), "name in quotes"},
      {"SecondDocument", Header("{" + kGood + "}{}"), "only spaces"},
      {"NulPadding", Header("{" + kGood + "}" + std::string(3, '\0')), "only spaces"},
      {"ByteOrderMark", Header("\xef\xbb\xbf{" + kGood + "}"), "expected '{'"},
      {"NanOffset", offsets("NaN,4"), "whole number"},
      {"ExponentOffset", offsets("0,4e0"), "whole number"},
      {"FractionOffset", offsets("0,4.0"), "whole number"},
      {"NegativeOffset", offsets("-0,4"), "whole number"},
      {"MinusOne", offsets("0,-1"), "whole number"},
      {"LeadingZero", offsets("0,04"), "whole number"},
      {"PlusSign", offsets("0,+4"), "whole number"},
      {"HexOffset", offsets("0,0x4"), "']'"},
      {"TextOffset", offsets("0,\"4\""), "whole number"},
      {"TrueOffset", offsets("0,true"), "whole number"},
      {"TwoTo64", offsets("0,18446744073709551616"), "below 2^64"},
      {"ManyDigits", offsets("0," + std::string(1000, '9')), "below 2^64"},
      {"OneOffset", offsets("4"), "','"},
      {"ThreeOffsets", offsets("0,4,4"), "']'"},
      {"NoOffsets", offsets(""), "whole number"},
      {"EntryIsNull", Header(R"({"a":null})"), "'{'"},
      {"EntryIsAnArray", Header(R"({"a":["F32",[1],[0,4]]})"), "'{'"},
      {"DtypeIsANumber", Header(R"({"a":{"dtype":1,"shape":[1],"data_offsets":[0,4]}})"),
       "dtype in quotes"},
      {"ShapeIsANumber", Header(R"({"a":{"dtype":"F32","shape":1,"data_offsets":[0,4]}})"),
       "as shape"},
      {"ShapeIsNested", Header(R"({"a":{"dtype":"F32","shape":[[1]],"data_offsets":[0,4]}})"),
       "whole number in shape"},
      {"NoDtype", Header(R"({"a":{"shape":[1],"data_offsets":[0,4]}})"), "dtype is missing"},
      {"NoShape", Header(R"({"a":{"dtype":"F32","data_offsets":[0,4]}})"), "shape is missing"},
      {"NoRange", Header(R"({"a":{"dtype":"F32","shape":[1]}})"), "data_offsets is missing"},
      {"DtypeTwice",
       Header(R"({"a":{"dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4]}})"),
       "dtype a second time"},
      {"ShapeTwice",
       Header(R"({"a":{"dtype":"F32","shape":[1],"shape":[1],"data_offsets":[0,4]}})"),
       "shape a second time"},
      {"RawNewlineInAName", Header("{\"a\nb\":" + kGood.substr(4) + "}"), "control character"},
      {"BadEscape", Header(R"({"\x41":1})"), "no escape"},
      {"LoneSurrogate", Header(R"({"\ud800":1})"), "surrogate"},
      {"LowSurrogateFirst", Header(R"({"\udc00\ud800":1})"), "surrogate"},
      {"ShortUnicodeEscape", Header(R"({"\u12":1})"), "hexadecimal"},
  };
  cases.push_back({"DeepInUnknownKey",
                   Header(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"x":)" +
                          std::string(50'000, '[') + std::string(50'000, ']') + "}}"),
                   "nested deeper"});
  cases.push_back({"DeepObjects", Header(R"({"a":{"x":)" + std::string(50'000, '{')), "key"});
  return cases;
}

std::vector<FileCase> RangeCases() {
  const auto two = [](std::string_view a, std::string_view b, std::size_t bytes) {
    return RawSafetensors("{" + Entry("a", "U8", "4", a) + "," + Entry("b", "U8", "4", b) + "}",
                          std::string(bytes, 'd'));
  };
  std::vector<FileCase> cases = {
      {"SameRange", two("0,4", "0,4", 4), "overlapping"},
      {"OverlapByOne", two("0,4", "3,7", 7), "overlapping"},
      {"OverlapInWrongOrder", two("3,7", "0,4", 7), "overlapping"},
      {"Hole", two("0,4", "5,9", 9), "bytes of no tensor"},
      {"HoleAtTheStart", One("U8", "4", "4,8", 8), "bytes of no tensor"},
      {"BytesBehindTheLast", One("U8", "4", "0,4", 5), "1 bytes belong to no tensor"},
      {"DataWithoutTensors", RawSafetensors("{}", "x"), "belong to no tensor"},
      {"EndsBehindTheFile", One("U8", "5", "0,5", 4), "the file has 4 bytes of data"},
      {"NoDataAtAll", One("F32", "1000", "0,4000", 0), "the file has 0 bytes of data"},
      {"EmptyTensorBehindTheFile", One("U8", "0", "9,9", 4),
       "data_offsets end at 9, the file has 4 bytes"},
      {"EmptyTensorInsideAnother",
       RawSafetensors("{" + Entry("a", "U8", "4", "0,4") + "," + Entry("b", "U8", "0", "2,2") + "}",
                      "dddd"),
       "overlapping"},
      {"ZipBehindTheData", One("U8", "4", "0,4", 4) + EmptyZip(), "belong to no tensor"},
      {"PickleBehindTheData", One("U8", "4", "0,4", 4) + "\x80\x04N.", "belong to no tensor"},
      {"SecondFileBehindTheFirst", One("U8", "4", "0,4", 4) + One("U8", "4", "0,4", 4),
       "belong to no tensor"},
  };
  std::string many = "{";
  for (int i = 0; i < 2000; ++i) {
    many += fmt::format(R"({}"t{}":{{"dtype":"U8","shape":[16],"data_offsets":[0,16]}})",
                        i == 0 ? "" : ",", i);
  }
  cases.push_back(
      {"ManyOnOneRange", RawSafetensors(many + "}", std::string(16, 'd')), "overlapping"});
  return cases;
}

std::vector<FileCase> ShapeCases() {
  return {
      {"ProductOverflows", One("U8", "4294967296,4294967296", "0,0", 0), "more than 2^64"},
      {"ProductWrapsToFour", One("U8", "4611686018427387905,4", "0,4", 4), "more than 2^64"},
      {"ProductOverflowsBeforeAZero", One("U8", "4294967296,4294967296,0", "0,0", 0),
       "more than 2^64"},
      {"BytesOverflow", One("F64", "2305843009213693952", "0,0", 0), "more than 2^64"},
      {"BytesWrapToEight", One("F64", "2305843009213693953", "0,8", 8), "more than 2^64"},
      {"BitsOverflow", One("F4", "9223372036854775808", "0,0", 0), "more than 2^64"},
      {"LargestDimension", One("U8", "18446744073709551615", "0,18446744073709551615", 4),
       "the file has 4 bytes"},
      {"ShapeTooSmall", One("F32", "1", "0,8", 8), "takes 4 bytes"},
      {"ShapeTooLarge", One("F32", "3", "0,8", 8), "takes 12 bytes"},
      {"ScalarOfEightBytes", One("F32", "", "0,8", 8), "takes 4 bytes"},
      {"EmptyWithBytes", One("F32", "0", "0,4", 4), "takes 0 bytes"},
      {"BeginAfterEnd", One("F32", "1", "4,0", 4), "after their end"},
      {"BeginAfterEndWraps", One("U8", "4", "18446744073709551612,0", 4), "after their end"},
      {"NinthDimension", One("U8", "1,1,1,1,1,1,1,1,4", "0,4", 4), "more than 8 dimensions"},
      {"MillionDimensions",
       [] {
         std::string ones;
         for (int i = 0; i < 20'000; ++i) {
           ones += "1,";
         }
         return One("U8", ones + "4", "0,4", 4);
       }(),
       "more than 8 dimensions"},
      {"HalfAByte", One("F4", "1", "0,1", 1), "inside a byte"},
      {"HalfAByteMore", One("F4", "3", "0,2", 2), "inside a byte"},
      {"SixBits", One("F6_E2M3", "1", "0,1", 1), "inside a byte"},
      {"SixBitsThrice", One("F6_E3M2", "3", "0,3", 3), "inside a byte"},
      {"UnknownDtype", One("Q4_K", "4", "0,4", 4), "unknown dtype \"Q4_K\""},
      {"TorchDtype", One("float32", "1", "0,4", 4), "unknown dtype \"float32\""},
      {"LowerCaseDtype", One("f32", "1", "0,4", 4), "unknown dtype \"f32\""},
      {"EmptyDtype", One("", "1", "0,4", 4), "unknown dtype \"\""},
      {"DtypeWithEscapes", One("\\u001b[2J", "1", "0,4", 4), "unknown dtype"},
      {"HugeDtype", One(std::string(100'000, 'F'), "1", "0,4", 4), "unknown dtype"},
  };
}

std::vector<FileCase> NameCases() {
  const auto named = [](std::string_view name) {
    return Header("{" + Entry(name, "F32", "1", "0,4") + "}");
  };
  const auto metadata = [](std::string_view text) {
    return Header("{\"__metadata__\":" + std::string(text) + "," + kGood + "}");
  };
  return {
      {"Nul", named("a\\u0000b"), "control character"},
      {"Newline", named("a\\nb"), "control character"},
      {"EscapeCode", named("\\u001b[31mred"), "control character"},
      {"Delete", named("a\x7f"), "control character"},
      {"SecondControlBlock", named("a\\u0085"), "control character"},
      {"RightToLeft", named("a\\u202egnp"), "control character"},
      {"Isolate", named("a\xe2\x81\xa6"), "control character"},
      {"OneByteTooLong", named(std::string(1025, 'n')), "longer than 1024"},
      {"MegabyteLong", named(std::string(1'000'000, 'n')), "longer than 1024"},
      {"Twice", Header("{" + kGood + "," + kGood + "}"), "twice in the header, at byte 9 and"},
      {"TwiceWithEscape", Header("{" + kGood + "," + Entry("\\u0061", "F32", "1", "0,4") + "}"),
       "twice"},
      {"TwiceFarApart",
       RawSafetensors("{" + Entry("x", "U8", "1", "0,1") + "," + Entry("b", "U8", "1", "1,2") +
                          "," + Entry("x", "U8", "1", "2,3") + "}",
                      "ddd"),
       "twice"},
      {"MetadataTwice", Header("{\"__metadata__\":{},\"__metadata__\":{}," + kGood + "}"),
       "second time"},
      {"MetadataNumber", metadata(R"({"format":1})"), "a string as a value"},
      {"MetadataNested", metadata(R"({"format":{"a":"b"}})"), "a string as a value"},
      {"MetadataNull", metadata(R"({"format":null})"), "a string as a value"},
      {"MetadataArray", metadata("[]"), "an object of strings"},
      {"MetadataText", metadata("\"pt\""), "an object of strings"},
      {"MetadataTensor",
       Header(R"({"__metadata__":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})"),
       "a string as a value"},
      {"MetadataKeyTwice", metadata(R"({"a":"1","a":"2"})"), "key \"a\" twice"},
  };
}

std::vector<FileCase> LegalOddities() {
  return {
      {"NoTensors", RawSafetensors("{}"), ""},
      {"Scalar", One("F32", "", "0,4", 4), ""},
      {"EmptyTensor", One("F32", "0", "0,0", 0), ""},
      {"EmptyTensorBetween",
       RawSafetensors("{" + Entry("a", "U8", "2", "0,2") + "," + Entry("e", "F32", "5,0", "2,2") +
                          "," + Entry("b", "U8", "2", "2,4") + "}",
                      "dddd"),
       ""},
      {"OffsetsInAnyOrder",
       RawSafetensors("{" + Entry("a", "U8", "2", "2,4") + "," + Entry("b", "U8", "2", "0,2") + "}",
                      "dddd"),
       ""},
      {"TrailingSpaces", Header("{" + kGood + "}       "), ""},
      {"TrailingNewline", Header("{" + kGood + "}\r\n\t"), ""},
      {"LeadingSpace", Header(" \n{" + kGood + "}"), ""},
      {"SpacesEverywhere",
       Header(R"({ "a" : { "data_offsets" : [ 0 , 4 ] , "shape" : [ 1 ] , "dtype" : "F32" } })"),
       ""},
      {"EightMegabytesOfPadding", Header("{" + kGood + "}" + std::string(8 << 20, ' ')), ""},
      {"UnalignedHeader",
       RawSafetensors("{" + Entry("a", "F64", "1", "0,8") + "} ", std::string(8, 'd')), ""},
      {"UnknownKey",
       Header(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"x":{"y":[1.5e3,null]}}})"),
       ""},
      {"MetadataOnly",
       RawSafetensors(R"({"__metadata__":{"format":"pt","a":"\u00e9\ud83d\ude00"}})"), ""},
      {"MetadataIsNull", Header("{\"__metadata__\":null," + kGood + "}"), ""},
      {"PathAsName", Header("{" + Entry("../../etc/passwd", "F32", "1", "0,4") + "}"), ""},
      {"EscapedName", Header("{" + Entry("\\u00e9\\\"\\\\\\/", "F32", "1", "0,4") + "}"), ""},
      {"Float4Pair", One("F4", "2", "0,1", 1), ""},
      {"Float6Four", One("F6_E2M3", "4", "0,3", 3), ""},
      {"LongestName", Header("{" + Entry(std::string(1024, 'n'), "F32", "1", "0,4") + "}"), ""},
      {"EightDimensions", One("U8", "1,1,1,1,1,1,1,4", "0,4", 4), ""},
  };
}

std::vector<FileCase> AllHostileCases() {
  std::vector<FileCase> all;
  for (auto cases : {LengthCases(), TextCases(), RangeCases(), ShapeCases(), NameCases()}) {
    all.insert(all.end(), cases.begin(), cases.end());
  }
  return all;
}

}  // namespace fuseo1::testing
