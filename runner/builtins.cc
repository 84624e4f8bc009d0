// SPDX-License-Identifier: Apache-2.0
#include "runner/builtins.h"

#include <array>
#include <csetjmp>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "clib/alloc.h"
#include "clib/error_text.h"
#include "clib/memory.h"
#include "clib/memory_search.h"
#include "clib/string_append.h"
#include "clib/string_compare.h"
#include "clib/string_copy.h"
#include "clib/string_length.h"
#include "clib/string_search.h"
#include "clib/substring.h"
#include "clib/tokens.h"
#include "runner/builtin_names.h"
#include "runner/code_generator_symbols.h"
#include "runner/machine.h"
#include "runner/seeded_start.h"

namespace kheap {

namespace {

// How a C++ value crosses to compiled code, which passes addresses as numbers.
template <typename T>
struct Wire {
  using Type = T;
  static T In(T value) { return value; }
  static T Out(T value) { return value; }
};
template <>
struct Wire<Address> {
  using Type = std::uint64_t;
  static Address In(std::uint64_t value) { return Address(value); }
  static std::uint64_t Out(Address value) { return value.offset(); }
};

template <>
struct Wire<void> {
  using Type = void;
};

// A function of clib as compiled code calls it. A fault on the way notes where
// the guest is.
template <auto function>
struct Clib;
template <typename R, typename Heap, typename... A, R (*function)(Heap&, A...)>
struct Clib<function> {
  static typename Wire<R>::Type Call(std::byte* base, std::uint64_t,
                                     typename Wire<A>::Type... arguments) {
    Machine& machine = Machine::Of(base);
    try {
      if constexpr (std::is_void_v<R>) {
        function(machine.heap(), Wire<A>::In(arguments)...);
      } else {
        return Wire<R>::Out(
            function(machine.heap(), Wire<A>::In(arguments)...));
      }
    } catch (const MemoryFault& fault) {
      machine.Raise(fault);
    }
  }
};

// A function of KMalloc. The break may have moved, and errno been set if the
// result is 0.
template <typename Function>
std::uint64_t Allocate(std::byte* base, Function function) {
  Machine& machine = Machine::Of(base);
  try {
    const std::uint64_t result = function(machine.malloc());
    machine.SyncLimits();
    if (result == 0) machine.PassErrno();
    machine.NoteAllocation(Address(result));
    return result;
  } catch (const MemoryFault& fault) {
    machine.Raise(fault);
  }
}

using U64 = std::uint64_t;

// Fills a block from `old_bytes` on, in a run with a seed.
U64 Filled(std::byte* base, U64 block, U64 old_bytes = 0) {
  Machine& machine = Machine::Of(base);
  const U64 fill_word = machine.context().fill_word;
  if (fill_word == 0 || block == 0) [[likely]]
    return block;
  const U64 bytes = machine.malloc().MallocUsableSize(Address(block));
  if (bytes > old_bytes) {
    FillUninitialised(machine.heap(), Address(block + old_bytes),
                      bytes - old_bytes, fill_word);
  }
  return block;
}
// How many bytes of a block realloc keeps, as far as Filled asks.
U64 KeptBytes(std::byte* base, const KMalloc& malloc, U64 block) {
  return Machine::Of(base).context().fill_word == 0
             ? 0
             : malloc.MallocUsableSize(Address(block));
}

U64 Malloc(std::byte* base, U64, U64 size) {
  return Filled(base, Allocate(base, [=](KMalloc& m) {
                  return m.Malloc(size).offset();
                }));
}
U64 Calloc(std::byte* base, U64, U64 count, U64 size) {
  return Allocate(base,
                  [=](KMalloc& m) { return m.Calloc(count, size).offset(); });
}
U64 Realloc(std::byte* base, U64, U64 block, U64 size) {
  U64 kept = 0;
  const U64 result = Allocate(base, [&](KMalloc& m) {
    kept = KeptBytes(base, m, block);
    Machine::Of(base).NoteRealloc(Address(block), size);
    return m.Realloc(Address(block), size).offset();
  });
  return Filled(base, result, kept);
}
U64 ReallocArray(std::byte* base, U64, U64 block, U64 count, U64 size) {
  U64 kept = 0;
  const U64 result = Allocate(base, [&](KMalloc& m) {
    kept = KeptBytes(base, m, block);
    // A product that overflows frees nothing, so that its size does not matter.
    Machine::Of(base).NoteRealloc(Address(block), count == 0 ? 0 : size);
    return m.ReallocArray(Address(block), count, size).offset();
  });
  return Filled(base, result, kept);
}
void Free(std::byte* base, U64, U64 block) {
  Allocate(base, [=](KMalloc& m) {
    Machine::Of(base).NoteFree(Address(block));
    m.Free(Address(block));
    return U64{0};
  });
}
void FreeSized(std::byte* base, U64, U64 block, U64 size) {
  Allocate(base, [=](KMalloc& m) {
    Machine::Of(base).NoteFree(Address(block));
    m.FreeSized(Address(block), size);
    return U64{0};
  });
}
void FreeAlignedSized(std::byte* base, U64, U64 block, U64 alignment,
                      U64 size) {
  Allocate(base, [=](KMalloc& m) {
    Machine::Of(base).NoteFree(Address(block));
    m.FreeAlignedSized(Address(block), alignment, size);
    return U64{0};
  });
}
U64 AlignedAlloc(std::byte* base, U64, U64 alignment, U64 size) {
  return Filled(base, Allocate(base, [=](KMalloc& m) {
                  return m.AlignedAlloc(alignment, size).offset();
                }));
}
U64 Valloc(std::byte* base, U64 sp, U64 size) {
  return AlignedAlloc(base, sp, kRegionAlignment, size);
}
int PosixMemalign(std::byte* base, U64, U64 result, U64 alignment, U64 size) {
  const auto error = static_cast<int>(Allocate(base, [=](KMalloc& m) {
    return static_cast<U64>(m.PosixMemalign(Address(result), alignment, size));
  }));
  if (error == 0) {
    Filled(base, Machine::Of(base).heap().Load<U64>(Address(result)));
  }
  return error;
}
U64 MallocUsableSize(std::byte* base, U64, U64 block) {
  return Allocate(
      base, [=](KMalloc& m) { return m.MallocUsableSize(Address(block)); });
}
U64 Strdup(std::byte* base, U64, U64 string) {
  return Allocate(base, [=](KMalloc& m) {
    return clib::Strdup(Machine::Of(base).heap(), m, Address(string)).offset();
  });
}
U64 Strndup(std::byte* base, U64, U64 string, U64 limit) {
  return Allocate(base, [=](KMalloc& m) {
    return clib::Strndup(Machine::Of(base).heap(), m, Address(string), limit)
        .offset();
  });
}

// ---- what the translation asks for -----------------------------------------

[[noreturn]] void Fault(std::byte* base, U64 sp, U64 address,
                        std::uint32_t site) {
  Machine::Of(base).RaiseAt(site, Address(address), sp);
}

void Move(std::byte* base, U64, U64 destination, U64 source, U64 size) {
  Machine& machine = Machine::Of(base);
  try {
    machine.heap().Move(Address(destination), Address(source), size);
  } catch (const MemoryFault& fault) {
    machine.Raise(fault);
  }
}
void Fill(std::byte* base, U64, U64 destination, U64 byte, U64 size) {
  Machine& machine = Machine::Of(base);
  try {
    machine.heap().Fill(Address(destination), static_cast<std::byte>(byte),
                        size);
  } catch (const MemoryFault& fault) {
    machine.Raise(fault);
  }
}
// An access of any size, in checked mode. A copy wants its bytes addressable,
// not initialised.
void Check(std::byte* base, U64, U64 address, U64 size, U64 kind, U64 copies) {
  Machine& machine = Machine::Of(base);
  const bool loads = static_cast<SiteKind>(kind) == SiteKind::kLoad;
  if (const auto fault = machine.heap().FindFault(
          Address(address), size, loads ? Access::kLoad : Access::kStore)) {
    if (!(copies != 0 && fault->code == FaultCode::kUninitialisedRead)) {
      machine.Raise(*fault);
    }
  }
  if (!loads) machine.heap().shadow()->MarkInitialised(Address(address), size);
}
// Whether a range within the bounds is initialised: asked before loops.
int IsInitialised(std::byte* base, U64, U64 begin, U64 size) {
  const Shadow* const shadow = Machine::Of(base).heap().shadow();
  return shadow->FindUnreadable(Address(begin), size).has_value() ? 0 : 1;
}
U64 SetjmpBuffer(std::byte* base, U64 sp, U64 buffer, U64 site, U64 caller_sp,
                 U64 keeps_mask) {
  return reinterpret_cast<U64>(&Machine::Of(base).SetjmpBuffer(
      Address(buffer), site, caller_sp, sp, keeps_mask != 0));
}
void LeaveSetjmp(std::byte* base, U64, U64 caller_sp) {
  Machine::Of(base).LeaveSetjmp(caller_sp);
}
void Longjmp(std::byte* base, U64 sp, U64 buffer, int value) {
  Machine::Of(base).Longjmp(Address(buffer), value, sp);
}
U64 ErrnoLocation(std::byte* base, U64) { return Machine::Of(base).errno_cell; }
std::int64_t Syscall(std::byte* base, U64 sp, std::int64_t number, U64 a, U64 b,
                     U64 c, U64 d, U64 e, U64 f) {
  return Machine::Of(base).Syscall(static_cast<U64>(number), {a, b, c, d, e, f},
                                   sp);
}

// ---- the table -------------------------------------------------------------

template <typename T>
constexpr char LetterOf() {
  if (std::is_void_v<T>) return 'v';
  return sizeof(std::conditional_t<std::is_void_v<T>, char, T>) == sizeof(U64)
             ? 'l'
             : 'i';
}

// The result and the parameters after base and sp.
template <typename R, typename... A>
std::string SignatureOf(R (*)(std::byte*, U64, A...)) {
  return {LetterOf<R>(), LetterOf<A>()...};
}

struct Builtin {
  std::string_view name;
  const char* symbol;
  const void* code;
  std::string signature;
};

#define KHEAP_BUILTIN(name, function)                                   \
  {                                                                     \
#name, "host." #name, reinterpret_cast < const void*>(&(function)), \
        SignatureOf(&(function))                                        \
  }
#define KHEAP_CLIB(name, function) \
  KHEAP_BUILTIN(name, Clib<&clib::function>::Call)

const std::vector<Builtin>& Builtins() {
  static const auto& table = *new std::vector<Builtin>{
      KHEAP_BUILTIN(malloc, Malloc),
      KHEAP_BUILTIN(calloc, Calloc),
      KHEAP_BUILTIN(realloc, Realloc),
      KHEAP_BUILTIN(reallocarray, ReallocArray),
      KHEAP_BUILTIN(free, Free),
      KHEAP_BUILTIN(free_sized, FreeSized),
      KHEAP_BUILTIN(free_aligned_sized, FreeAlignedSized),
      KHEAP_BUILTIN(aligned_alloc, AlignedAlloc),
      KHEAP_BUILTIN(memalign, AlignedAlloc),
      KHEAP_BUILTIN(valloc, Valloc),
      KHEAP_BUILTIN(posix_memalign, PosixMemalign),
      KHEAP_BUILTIN(malloc_usable_size, MallocUsableSize),
      KHEAP_BUILTIN(strdup, Strdup),
      KHEAP_BUILTIN(strndup, Strndup),
      KHEAP_CLIB(memcpy, Memcpy<>),
      KHEAP_CLIB(memmove, Memmove<>),
      KHEAP_CLIB(memset, Memset<>),
      KHEAP_CLIB(memcmp, Memcmp<>),
      KHEAP_CLIB(memchr, Memchr<>),
      KHEAP_CLIB(memrchr, Memrchr<>),
      KHEAP_CLIB(memmem, Memmem),
      KHEAP_CLIB(mempcpy, Mempcpy<>),
      KHEAP_CLIB(memccpy, Memccpy<>),
      KHEAP_CLIB(strlen, Strlen<>),
      KHEAP_CLIB(strnlen, Strnlen<>),
      KHEAP_CLIB(strcpy, Strcpy<>),
      KHEAP_CLIB(strncpy, Strncpy<>),
      KHEAP_CLIB(stpcpy, Stpcpy<>),
      KHEAP_CLIB(stpncpy, Stpncpy<>),
      KHEAP_CLIB(strlcpy, Strlcpy),
      KHEAP_CLIB(strlcat, Strlcat),
      KHEAP_CLIB(strcat, Strcat<>),
      KHEAP_CLIB(strncat, Strncat),
      KHEAP_CLIB(strcmp, Strcmp<>),
      KHEAP_CLIB(strncmp, Strncmp<>),
      KHEAP_CLIB(strcasecmp, Strcasecmp<>),
      KHEAP_CLIB(strncasecmp, Strncasecmp<>),
      KHEAP_CLIB(strcoll, Strcoll),
      KHEAP_CLIB(strxfrm, Strxfrm),
      KHEAP_CLIB(strchr, Strchr<>),
      KHEAP_CLIB(strchrnul, Strchrnul<>),
      KHEAP_CLIB(strrchr, Strrchr<>),
      KHEAP_CLIB(strstr, Strstr),
      KHEAP_CLIB(strcasestr, Strcasestr),
      KHEAP_CLIB(strspn, Strspn),
      KHEAP_CLIB(strcspn, Strcspn),
      KHEAP_CLIB(strpbrk, Strpbrk),
      KHEAP_CLIB(strtok, Strtok),
      KHEAP_CLIB(strtok_r, StrtokR),
      KHEAP_CLIB(strsep, Strsep),
      KHEAP_CLIB(strerror, Strerror),
      KHEAP_CLIB(strsignal, Strsignal),
      KHEAP_CLIB(strverscmp, Strverscmp),
      KHEAP_CLIB(swab, Swab),
      KHEAP_BUILTIN(longjmp, Longjmp),
      KHEAP_BUILTIN(_longjmp, Longjmp),
      KHEAP_BUILTIN(siglongjmp, Longjmp),
      KHEAP_BUILTIN(__errno_location, ErrnoLocation),
      KHEAP_BUILTIN(__kheap_syscall, Syscall),
      KHEAP_BUILTIN(kheap_move, Move),
      KHEAP_BUILTIN(kheap_fill, Fill),
      KHEAP_BUILTIN(kheap_check, Check),
      KHEAP_BUILTIN(kheap_is_initialised, IsInitialised),
      KHEAP_BUILTIN(kheap_setjmp_buffer, SetjmpBuffer),
      KHEAP_BUILTIN(kheap_leave_setjmp, LeaveSetjmp),
  };
  return table;
}

}  // namespace

bool IsBuiltinName(std::string_view name) {
  return !BuiltinSignature(name).empty();
}

std::string_view BuiltinSignature(std::string_view name) {
  static const auto& signatures = *[] {
    auto* const map = new std::map<std::string_view, std::string_view>();
    for (const Builtin& builtin : Builtins()) {
      map->emplace(builtin.name, builtin.signature);
    }
    return map;
  }();
  const auto found = signatures.find(name);
  return found == signatures.end() ? std::string_view() : found->second;
}

bool IsAllocationName(std::string_view name) {
  for (const std::string_view part : {"alloc", "free", "memalign", "dup"}) {
    if (name.find(part) != std::string_view::npos) return true;
  }
  return false;
}

bool IsSetjmpName(std::string_view name) {
  return name == "setjmp" || name == "_setjmp" || name == "sigsetjmp" ||
         name == "__sigsetjmp";
}

const std::vector<HostSymbol>& HostSymbols() {
  static const auto& symbols = *[] {
    auto* const list = new std::vector<HostSymbol>(CodeGeneratorSymbols());
    list->push_back({"kheap_fault", reinterpret_cast<const void*>(&Fault)});
    for (const Builtin& builtin : Builtins()) {
      list->push_back({builtin.symbol, builtin.code});
    }
    return list;
  }();
  return symbols;
}

}  // namespace kheap
