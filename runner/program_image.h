// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_RUNNER_PROGRAM_IMAGE_H_
#define KHEAP_RUNNER_PROGRAM_IMAGE_H_

// What a program needs beside its code: its globals, where they lie and what is
// in them, the signatures of the functions that the host may call, and for
// reports the variables of each function. It is part of the compiled object, as
// bytes.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace kheap {

enum class ImageSection : std::uint8_t { kData, kBss, kReadOnly };

struct ImageGlobal {
  std::string name;
  bool is_library;  // the C library's, not the program's
  ImageSection section;
  std::uint64_t size_bytes;
  std::uint64_t alignment;
  std::uint64_t address;  // where GlobalData puts it
  std::string bytes;      // empty for kBss
  // Its type as a letter of a signature, of an array "[" and its elements';
  // empty where only the size is known. And as C writes it, for messages.
  std::string type;
  std::string c_type;
  // What the source calls it and where it declares it ("list.c:3"); empty where
  // that is not known. The linker gives other names to static variables.
  std::string source_name;
  std::string declared;
};

// A letter per value: 'v' void, 'p' pointer, 'q' 128-bit, 'l' 64-bit, 'i'
// 32-bit, 's' 16-bit, 'c' 8-bit, 'b' 1-bit, 'f' float, 'd' double, "{24}" a
// struct of that many bytes, 'x' anything else; the result first, then the
// parameters, then '.' if there may be more.
struct ImageFunction {
  std::string name;
  std::string signature;  // empty if the function is known by its pointer only
  std::string prototype;  // as C writes the type, for messages
  std::uint64_t pointer;  // its guest address, or 0 if it is not taken
};

// A variable in a function's frame, in checked mode.
struct ImageVariable {
  std::string name;  // empty for what the compiler made
  std::uint64_t line;
  std::uint64_t offset;  // from the frame's begin, then down to its alignment
  std::uint64_t size_bytes;
  std::uint64_t alignment;
};

// How a function lays out its frame. kFrameMark and the frame's index lie at
// mark_offset, in the red zone before the first variable.
struct ImageFrame {
  std::string function;
  std::string file;
  std::uint64_t size_bytes;
  std::uint64_t mark_offset;
  bool is_variadic;  // its further arguments lie in its caller's frame
  std::vector<ImageVariable> variables;
};

struct ProgramImage {
  std::uint64_t capacity_bytes = 0;
  std::uint64_t stack_bytes = 0;
  std::uint64_t data_bytes = 0;
  std::uint64_t read_only_bytes = 0;
  std::uint64_t symbol_bytes = 0;
  std::uint64_t kernel_bytes = 0;
  bool checked = false;
  bool tells_time = false;  // so that its clock passes with its steps
  std::vector<ImageGlobal> globals;
  std::vector<ImageFunction> functions;
  std::vector<ImageFrame> frames;
  // As C writes them, the types that calls through pointers take their targets
  // to have.
  std::vector<std::string> call_types;

  std::string Serialise() const;
  // DataLoss if the bytes are not what Serialise returned.
  static absl::StatusOr<ProgramImage> Parse(std::string_view bytes);
};

}  // namespace kheap

#endif  // KHEAP_RUNNER_PROGRAM_IMAGE_H_
