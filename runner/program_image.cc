// SPDX-License-Identifier: Apache-2.0
#include "runner/program_image.h"

#include <cstring>
#include <optional>

#include "machine/byte_order.h"

namespace kheap {

namespace {

class Writer {
 public:
  void Number(std::uint64_t value) {
    std::byte bytes[8];
    machine::StoreLittleEndian(bytes, value);
    text_.append(reinterpret_cast<const char*>(bytes), sizeof(bytes));
  }
  void Text(std::string_view text) {
    Number(text.size());
    text_.append(text);
  }
  std::string Take() { return std::move(text_); }

 private:
  std::string text_;
};

class Reader {
 public:
  explicit Reader(std::string_view rest) : rest_(rest) {}

  std::uint64_t Number() {
    if (rest_.size() < 8) return Fail();
    const auto value = machine::LoadLittleEndian<std::uint64_t>(
        reinterpret_cast<const std::byte*>(rest_.data()));
    rest_.remove_prefix(8);
    return value;
  }
  std::string Text() {
    const std::uint64_t size = Number();
    if (size > rest_.size()) {
      Fail();
      return "";
    }
    std::string text(rest_.substr(0, size));
    rest_.remove_prefix(size);
    return text;
  }
  // How many entries follow; each has at least eight bytes.
  std::uint64_t Count() {
    const std::uint64_t count = Number();
    return count <= rest_.size() / 8 ? count : Fail();
  }
  bool ok() const { return ok_; }
  bool at_end() const { return rest_.empty(); }

 private:
  std::uint64_t Fail() {
    ok_ = false;
    rest_ = {};
    return 0;
  }
  std::string_view rest_;
  bool ok_ = true;
};

constexpr std::uint64_t kImageVersion = 6;

void WriteFrames(Writer& out, const std::vector<ImageFrame>& frames) {
  out.Number(frames.size());
  for (const ImageFrame& frame : frames) {
    out.Text(frame.function);
    out.Text(frame.file);
    out.Number(frame.size_bytes);
    out.Number(frame.mark_offset);
    out.Number(frame.is_variadic ? 1 : 0);
    out.Number(frame.variables.size());
    for (const ImageVariable& variable : frame.variables) {
      out.Text(variable.name);
      out.Number(variable.line);
      out.Number(variable.offset);
      out.Number(variable.size_bytes);
      out.Number(variable.alignment);
    }
  }
}

std::vector<ImageFrame> ReadFrames(Reader& in) {
  std::vector<ImageFrame> frames;
  for (std::uint64_t left = in.Count(); left > 0 && in.ok(); --left) {
    ImageFrame frame;
    frame.function = in.Text();
    frame.file = in.Text();
    frame.size_bytes = in.Number();
    frame.mark_offset = in.Number();
    frame.is_variadic = in.Number() != 0;
    for (std::uint64_t more = in.Count(); more > 0 && in.ok(); --more) {
      ImageVariable variable;
      variable.name = in.Text();
      variable.line = in.Number();
      variable.offset = in.Number();
      variable.size_bytes = in.Number();
      variable.alignment = in.Number();
      frame.variables.push_back(std::move(variable));
    }
    frames.push_back(std::move(frame));
  }
  return frames;
}

}  // namespace

std::string ProgramImage::Serialise() const {
  Writer out;
  out.Number(kImageVersion);
  out.Number(capacity_bytes);
  out.Number(stack_bytes);
  out.Number(data_bytes);
  out.Number(read_only_bytes);
  out.Number(symbol_bytes);
  out.Number(kernel_bytes);
  out.Number(checked ? 1 : 0);
  out.Number(tells_time ? 1 : 0);
  out.Number(globals.size());
  for (const ImageGlobal& global : globals) {
    out.Text(global.name);
    out.Number(global.is_library ? 1 : 0);
    out.Number(static_cast<std::uint64_t>(global.section));
    out.Number(global.size_bytes);
    out.Number(global.alignment);
    out.Number(global.address);
    out.Text(global.bytes);
    out.Text(global.type);
    out.Text(global.c_type);
    out.Text(global.source_name);
    out.Text(global.declared);
  }
  out.Number(functions.size());
  for (const ImageFunction& function : functions) {
    out.Text(function.name);
    out.Text(function.signature);
    out.Text(function.prototype);
    out.Number(function.pointer);
  }
  WriteFrames(out, frames);
  out.Number(call_types.size());
  for (const std::string& type : call_types) out.Text(type);
  return out.Take();
}

absl::StatusOr<ProgramImage> ProgramImage::Parse(std::string_view bytes) {
  Reader in(bytes);
  ProgramImage image;
  const bool is_ours = in.Number() == kImageVersion;
  image.capacity_bytes = in.Number();
  image.stack_bytes = in.Number();
  image.data_bytes = in.Number();
  image.read_only_bytes = in.Number();
  image.symbol_bytes = in.Number();
  image.kernel_bytes = in.Number();
  image.checked = in.Number() != 0;
  image.tells_time = in.Number() != 0;
  for (std::uint64_t left = in.Count(); left > 0 && in.ok(); --left) {
    ImageGlobal global;
    global.name = in.Text();
    global.is_library = in.Number() != 0;
    global.section = static_cast<ImageSection>(in.Number());
    global.size_bytes = in.Number();
    global.alignment = in.Number();
    global.address = in.Number();
    global.bytes = in.Text();
    global.type = in.Text();
    global.c_type = in.Text();
    global.source_name = in.Text();
    global.declared = in.Text();
    image.globals.push_back(std::move(global));
  }
  for (std::uint64_t left = in.Count(); left > 0 && in.ok(); --left) {
    ImageFunction function;
    function.name = in.Text();
    function.signature = in.Text();
    function.prototype = in.Text();
    function.pointer = in.Number();
    image.functions.push_back(std::move(function));
  }
  image.frames = ReadFrames(in);
  for (std::uint64_t left = in.Count(); left > 0 && in.ok(); --left) {
    image.call_types.push_back(in.Text());
  }
  if (!is_ours || !in.ok() || !in.at_end()) {
    return absl::DataLossError("the program's image is damaged");
  }
  return image;
}

}  // namespace kheap
