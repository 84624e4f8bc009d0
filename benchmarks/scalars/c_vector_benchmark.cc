// SPDX-License-Identifier: Apache-2.0
// Loops over the arena by CVector, a vector at a time, beside the loops that a
// compiler makes of plain C++ over the same bytes for any processor of the
// family.
#include <cstdint>
#include <memory>

#include "benchmark/benchmark.h"
#include "heap/global_heap.h"
#include "machine/check.h"
#include "scalars/c_vector.h"

namespace kheap {
namespace {

using Floats = CVector<float>;
constexpr std::int64_t kLanes = Floats::kSizeBytes / sizeof(float);

// Rows x and y of whole numbers, so that every order of a sum gives the same.
struct Fixture {
  explicit Fixture(std::int64_t count) : y_address(x_address + 4 * count) {
    for (std::int64_t i = 0; i < count; ++i) {
      x[i] = static_cast<float>(i % 7);
      x[count + i] = static_cast<float>(i % 5);
    }
  }
  float* y() { return x + (y_address - x_address) / 4; }

  std::unique_ptr<GlobalHeap> heap = GlobalHeap::Create().value();
  Address x_address = heap->layout().begin(Region::kData);
  Address y_address;
  float* x = reinterpret_cast<float*>(heap->base() + x_address.offset());
};

// ---- y = 3 x + y ------------------------------------------------------------

void AxpyVector(Fixture& f, std::int64_t count) {
  const Floats three = Floats::All(3);
  for (std::int64_t i = 0; i < count; i += kLanes) {
    const Address y = f.y_address + 4 * i;
    MultiplyAdd(Floats::Load(*f.heap, f.x_address + 4 * i), three,
                Floats::Load(*f.heap, y))
        .Store(*f.heap, y);
  }
}
void AxpyRaw(Fixture& f, std::int64_t count) {
  const float* const x = f.x;
  float* const y = f.y();
  for (std::int64_t i = 0; i < count; ++i) y[i] = x[i] * 3 + y[i];
}

// ---- y = 9 where x < 3 ------------------------------------------------------

void MaskedVector(Fixture& f, std::int64_t count) {
  const Floats three = Floats::All(3);
  const Floats nine = Floats::All(9);
  for (std::int64_t i = 0; i < count; i += kLanes) {
    const auto mask = Less(Floats::Load(*f.heap, f.x_address + 4 * i), three);
    nine.StoreMasked(*f.heap, f.y_address + 4 * i, mask);
  }
}
void SelectVector(Fixture& f, std::int64_t count) {
  const Floats three = Floats::All(3);
  const Floats nine = Floats::All(9);
  for (std::int64_t i = 0; i < count; i += kLanes) {
    const Address y = f.y_address + 4 * i;
    const auto mask = Less(Floats::Load(*f.heap, f.x_address + 4 * i), three);
    nine.Where(mask, Floats::Load(*f.heap, y)).Store(*f.heap, y);
  }
}
void MaskedRaw(Fixture& f, std::int64_t count) {
  const float* const x = f.x;
  float* const y = f.y();
  for (std::int64_t i = 0; i < count; ++i) {
    if (x[i] < 3) y[i] = 9;
  }
}

template <void run(Fixture&, std::int64_t)>
void BM_Vector(benchmark::State& state, float wanted(float x, float y)) {
  const std::int64_t count = state.range(0);
  const Fixture before(count);
  Fixture fixture(count);
  run(fixture, count);
  for (std::int64_t i = 0; i < count; ++i) {
    KHEAP_CHECK(fixture.y()[i] == wanted(before.x[i], before.x[count + i]),
                "every number is right");
  }
  for (auto _ : state) {
    run(fixture, count);
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations() * count);
}

float Axpy(float x, float y) { return x * 3 + y; }
float Masked(float x, float y) { return x < 3 ? 9 : y; }

void BM_VectorAxpy_Kheap(benchmark::State& state) {
  BM_Vector<AxpyVector>(state, Axpy);
}
void BM_VectorAxpy_Loop(benchmark::State& state) {
  BM_Vector<AxpyRaw>(state, Axpy);
}
void BM_VectorMasked_Kheap(benchmark::State& state) {
  BM_Vector<MaskedVector>(state, Masked);
}
void BM_VectorMasked_KheapSelect(benchmark::State& state) {
  BM_Vector<SelectVector>(state, Masked);
}
void BM_VectorMasked_Loop(benchmark::State& state) {
  BM_Vector<MaskedRaw>(state, Masked);
}

// ---- sum --------------------------------------------------------------------

float SumVector(const Fixture& f, std::int64_t count) {
  Floats sums;
  for (std::int64_t i = 0; i < count; i += kLanes) {
    sums = sums + Floats::Load(*f.heap, f.x_address + 4 * i);
  }
  return sums.Sum();
}
float SumRaw(const Fixture& f, std::int64_t count) {
  float sum = 0;
  for (std::int64_t i = 0; i < count; ++i) sum += f.x[i];
  return sum;
}

template <float sum(const Fixture&, std::int64_t)>
void BM_VectorSum(benchmark::State& state) {
  const std::int64_t count = state.range(0);
  const Fixture fixture(count);
  float expected = 0;
  for (std::int64_t i = 0; i < count; ++i) {
    expected += static_cast<float>(i % 7);
  }
  KHEAP_CHECK(sum(fixture, count) == expected, "the sum is right");
  for (auto _ : state) {
    benchmark::ClobberMemory();
    benchmark::DoNotOptimize(sum(fixture, count));
  }
  state.SetItemsProcessed(state.iterations() * count);
}
void BM_VectorSum_Kheap(benchmark::State& state) {
  BM_VectorSum<SumVector>(state);
}
void BM_VectorSum_Loop(benchmark::State& state) { BM_VectorSum<SumRaw>(state); }

constexpr std::int64_t kCount = 4096;
BENCHMARK(BM_VectorAxpy_Kheap)->Arg(kCount);
BENCHMARK(BM_VectorAxpy_Loop)->Arg(kCount);
BENCHMARK(BM_VectorMasked_Kheap)->Arg(kCount);
BENCHMARK(BM_VectorMasked_KheapSelect)->Arg(kCount);
BENCHMARK(BM_VectorMasked_Loop)->Arg(kCount);
BENCHMARK(BM_VectorSum_Kheap)->Arg(kCount);
BENCHMARK(BM_VectorSum_Loop)->Arg(kCount);

}  // namespace
}  // namespace kheap

BENCHMARK_MAIN();
