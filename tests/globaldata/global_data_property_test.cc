// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "bitshift/bits.h"
#include "globaldata/global_data.h"
#include "gtest/gtest.h"
#include "rapidcheck/gtest.h"
#include "tests/support/heaps.h"

namespace kheap {
namespace {

constexpr std::uint64_t kDataBytes = 32 * 1024;

std::unique_ptr<GlobalHeap> MakeSmallHeap(bool checked) {
  return MakeHeap({.layout = {.capacity_bytes = 1024 * 1024,
                              .stack_bytes = 4096,
                              .data_bytes = kDataBytes,
                              .read_only_bytes = 8 * 1024,
                              .symbol_bytes = 4096},
                   .checked = checked});
}

struct Request {
  std::string name;
  Section section;
  std::uint64_t size_bytes;
  std::uint64_t alignment;
  std::uint8_t fill;
};

// Names are few, so that some are defined twice, and short, so that the table
// holds some tens of them and is full at times.
rc::Gen<Request> AnyRequest() {
  return rc::gen::construct<Request>(
      rc::gen::map(rc::gen::inRange(0, 120),
                   [](int n) { return n == 0 ? "" : std::to_string(n); }),
      rc::gen::element(Section::kReadOnly, Section::kData, Section::kBss),
      rc::gen::weightedOneOf<std::uint64_t>(
          {{8, rc::gen::inRange<std::uint64_t>(0, 200)},
           {1, rc::gen::inRange<std::uint64_t>(0, 2 * kDataBytes)}}),
      rc::gen::map(rc::gen::inRange(0, 14),
                   [](int log) { return std::uint64_t{1} << log; }),
      rc::gen::arbitrary<std::uint8_t>());
}

struct ModelGlobal {
  Symbol symbol;
  std::byte fill;
};

class Model {
 public:
  explicit Model(bool checked)
      : heap_(MakeSmallHeap(checked)), globals_(*GlobalData::Create(*heap_)) {}

  void Define(const Request& request) {
    const Digest before = heap_->ComputeDigest();
    const absl::StatusOr<Address> result = Send(request);
    const absl::StatusCode expected = ExpectedCode(request);
    if (result.status().code() == absl::StatusCode::kResourceExhausted) {
      RC_ASSERT(expected == absl::StatusCode::kOk);
      RC_ASSERT(MayBeFull(request));
    } else {
      RC_ASSERT(result.status().code() == expected);
    }
    if (!result.ok()) {
      RC_ASSERT(heap_->ComputeDigest() == before);
      return;
    }
    RC_ASSERT(bits::IsAligned(result->offset(), request.alignment));
    const std::byte fill = static_cast<std::byte>(
        request.section == Section::kBss ? 0 : request.fill);
    by_name_[request.name] = {{request.name, request.section, *result,
                               request.size_bytes, request.alignment},
                              fill};
  }

  void Check() const {
    RC_ASSERT(globals_.CheckInvariants() == absl::OkStatus());
    RC_ASSERT(globals_.size() == by_name_.size());
    std::map<Address, ModelGlobal> by_address;
    for (const auto& [name, global] : by_name_) {
      RC_ASSERT(globals_.Find(name) == global.symbol);
      RC_ASSERT(by_address.emplace(global.symbol.address, global).second);
    }
    auto expected = by_address.begin();
    Address lower_end;
    globals_.ForEach([&](const Symbol& symbol) {
      RC_ASSERT(symbol == expected->second.symbol);
      RC_ASSERT(symbol.address >= lower_end);
      CheckPlace(expected->second);
      lower_end = symbol.end();
      ++expected;
    });
    RC_ASSERT(expected == by_address.end());
  }

 private:
  absl::StatusOr<Address> Send(const Request& request) {
    const std::vector<std::byte> bytes(request.size_bytes,
                                       static_cast<std::byte>(request.fill));
    switch (request.section) {
      case Section::kReadOnly:
        return globals_.DefineReadOnly(request.name, bytes, request.alignment);
      case Section::kData:
        return globals_.DefineData(request.name, bytes, request.alignment);
      default:
        return globals_.DefineBss(request.name, request.size_bytes,
                                  request.alignment);
    }
  }

  // What the request deserves where there is room.
  absl::StatusCode ExpectedCode(const Request& request) const {
    const std::uint64_t region_bytes = heap_->layout().size_bytes(
        request.section == Section::kReadOnly ? Region::kReadOnly
                                              : Region::kData);
    if (request.name.empty() || request.size_bytes == 0 ||
        request.size_bytes > region_bytes ||
        request.alignment > kGlobalAlignmentMax) {
      return absl::StatusCode::kInvalidArgument;
    }
    return by_name_.count(request.name) == 0 ? absl::StatusCode::kOk
                                             : absl::StatusCode::kAlreadyExists;
  }

  // "Full" may be said only where the table holds some 50 symbols, or where
  // the room left, less what alignment and red zones can take, is too little.
  bool MayBeFull(const Request& request) const {
    const Address top = request.section == Section::kReadOnly
                            ? heap_->layout().end(Region::kReadOnly)
                            : globals_.begin(Section::kBss);
    const Address bottom = request.section == Section::kReadOnly
                               ? globals_.end(Section::kReadOnly)
                               : globals_.end(Section::kData);
    return globals_.size() >= 50 ||
           request.size_bytes + request.alignment + 2 * kGlobalRedZoneBytes >
               top - bottom;
  }

  void CheckPlace(const ModelGlobal& global) const {
    const Symbol& symbol = global.symbol;
    for (const std::byte byte :
         heap_->Span(symbol.address, symbol.size_bytes)) {
      RC_ASSERT(byte == global.fill);
    }
    RC_ASSERT(globals_.FindAt(symbol.address) == symbol);
    RC_ASSERT(globals_.FindAt(symbol.end() - 1) == symbol);
    const auto before = globals_.FindAt(symbol.address - 1);
    RC_ASSERT(!before.has_value() || before->end() == symbol.address);
  }

  const std::unique_ptr<GlobalHeap> heap_;
  GlobalData globals_;
  std::map<std::string, ModelGlobal> by_name_;
};

void RunAgainstModel(bool checked) {
  const auto requests = *rc::gen::container<std::vector<Request>>(AnyRequest());
  Model model(checked);
  for (const Request& request : requests) model.Define(request);
  model.Check();
}

RC_GTEST_PROP(GlobalDataProperty, AgreesWithAMapInFastMode, ()) {
  RunAgainstModel(/*checked=*/false);
}

RC_GTEST_PROP(GlobalDataProperty, AgreesWithAMapInCheckedMode, ()) {
  RunAgainstModel(/*checked=*/true);
}

// Equal definitions in equal order give equal arenas.
RC_GTEST_PROP(GlobalDataProperty, IsDeterministic, ()) {
  const auto requests = *rc::gen::container<std::vector<Request>>(AnyRequest());
  const auto build = [&] {
    auto heap = MakeSmallHeap(/*checked=*/false);
    GlobalData globals = *GlobalData::Create(*heap);
    for (const Request& request : requests) {
      (void)globals.DefineBss(request.name, request.size_bytes,
                              request.alignment);
    }
    return heap;
  };
  RC_ASSERT(*build() == *build());
}

}  // namespace
}  // namespace kheap
