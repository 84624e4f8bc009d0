// SPDX-License-Identifier: Apache-2.0
// Looking up symbols by name and by address, for as many as a small program and
// one of sqlite3's size have. The peers are the standard library's hash table
// and ordered map.
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "benchmark/benchmark.h"
#include "globaldata/global_data.h"
#include "heap/global_heap.h"
#include "machine/check.h"

namespace kheap {
namespace {

constexpr std::uint64_t kSymbolBytes = 48;

std::vector<std::string> Names(std::int64_t count) {
  std::vector<std::string> names;
  for (std::int64_t i = 0; i < count; ++i) {
    // In no order that either structure could like.
    names.push_back("module_symbol_" + std::to_string(i * 7919 % 1000003));
  }
  return names;
}

struct Fixture {
  explicit Fixture(std::int64_t count) : names(Names(count)) {
    for (const std::string& name : names) {
      const Address address = data.DefineBss(name, kSymbolBytes, 16).value();
      addresses.push_back(address);
      hash_table[name] = address;
      ordered[address] = name;
    }
  }

  std::vector<std::string> names;
  std::vector<Address> addresses;
  std::unique_ptr<GlobalHeap> heap = GlobalHeap::Create().value();
  GlobalData data = GlobalData::Create(*heap).value();
  std::unordered_map<std::string, Address> hash_table;
  std::map<Address, std::string> ordered;
};

void BM_FindName_Kheap(benchmark::State& state) {
  const Fixture fixture(state.range(0));
  KHEAP_CHECK(
      fixture.data.Find(fixture.names[1])->address == fixture.addresses[1],
      "a name leads to its address");
  std::size_t i = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(fixture.data.Find(fixture.names[i]));
    i = i + 1 == fixture.names.size() ? 0 : i + 1;
  }
  state.SetItemsProcessed(state.iterations());
}

void BM_FindName_UnorderedMap(benchmark::State& state) {
  const Fixture fixture(state.range(0));
  std::size_t i = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(fixture.hash_table.find(fixture.names[i]));
    i = i + 1 == fixture.names.size() ? 0 : i + 1;
  }
  state.SetItemsProcessed(state.iterations());
}

void BM_FindAddress_Kheap(benchmark::State& state) {
  const Fixture fixture(state.range(0));
  KHEAP_CHECK(
      fixture.data.FindAt(fixture.addresses[1] + 5)->name == fixture.names[1],
      "an address leads to its name");
  std::size_t i = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(fixture.data.FindAt(fixture.addresses[i] + 5));
    i = i + 1 == fixture.addresses.size() ? 0 : i + 1;
  }
  state.SetItemsProcessed(state.iterations());
}

void BM_FindAddress_Map(benchmark::State& state) {
  const Fixture fixture(state.range(0));
  std::size_t i = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        fixture.ordered.upper_bound(fixture.addresses[i] + 5));
    i = i + 1 == fixture.addresses.size() ? 0 : i + 1;
  }
  state.SetItemsProcessed(state.iterations());
}

BENCHMARK(BM_FindName_Kheap)->Arg(100)->Arg(2500);
BENCHMARK(BM_FindName_UnorderedMap)->Arg(100)->Arg(2500);
BENCHMARK(BM_FindAddress_Kheap)->Arg(100)->Arg(2500);
BENCHMARK(BM_FindAddress_Map)->Arg(100)->Arg(2500);

}  // namespace
}  // namespace kheap

BENCHMARK_MAIN();
