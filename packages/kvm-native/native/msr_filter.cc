#include "msr_filter.h"

#include <linux/kvm.h>

#include <cerrno>
#include <cstring>
#include <vector>

#include "arguments.h"
#include "errors.h"

namespace {

// The kernel headers of some systems do not have it, and its declaration is not good for C++ in all of them.
struct FilterRange {
  uint32_t flags;
  uint32_t count;
  uint32_t base;
  uint64_t bitmap;
};
struct Filter {
  uint32_t flags;
  FilterRange ranges[KVM_MSR_FILTER_MAX_RANGES];
};
static_assert(sizeof(FilterRange) == 24 && sizeof(Filter) == 392);
constexpr unsigned long kSetMsrFilter = _IOW(KVMIO, 0xc6, Filter);

constexpr size_t kRangeBytes = 3 * sizeof(uint32_t);

}  // namespace

Napi::Value CallSetMsrFilter(const Napi::CallbackInfo& info, const Fd& vm) {
  const Napi::Env env = info.Env();
  Filter filter{};
  filter.flags = static_cast<uint32_t>(IntegerArgument(info, 0, UINT32_MAX, "flags"));
  const Bytes ranges = BytesArgument(info, 1, "ranges");
  const size_t count = ranges.size / kRangeBytes;
  if (ranges.size % kRangeBytes != 0 || count > KVM_MSR_FILTER_MAX_RANGES) {
    ThrowArgument(env, "ranges must be 12 bytes for each of at most 16 ranges");
  }
  if (!info[2].IsArray() || info[2].As<Napi::Array>().Length() != count) {
    ThrowArgument(env, "bitmaps must be an array of as many as there are ranges");
  }
  const auto bitmaps = info[2].As<Napi::Array>();
  // Copies, because an element of the array may be a getter that shortens the one before.
  std::vector<std::vector<uint8_t>> copies(count);
  for (size_t i = 0; i < count; i++) {
    FilterRange& range = filter.ranges[i];
    const Bytes bitmap = BytesOf(env, bitmaps.Get(static_cast<uint32_t>(i)), "bitmap");
    uint32_t numbers[3];
    if (i * kRangeBytes + sizeof(numbers) > BytesArgument(info, 1, "ranges").size) {
      ThrowArgument(env, "ranges changed meanwhile");
    }
    std::memcpy(numbers, BytesArgument(info, 1, "ranges").data + i * kRangeBytes, sizeof(numbers));
    range.flags = numbers[0];
    range.count = numbers[1];
    range.base = numbers[2];
    // The kernel reads whole words.
    if (bitmap.size > KVM_MSR_FILTER_MAX_BITMAP_SIZE || bitmap.size < (uint64_t{range.count} + 63) / 64 * 8) {
      ThrowArgument(env, "a bitmap must have a bit for each register, in whole 64-bit words, and at most 1536 bytes");
    }
    copies[i].assign(bitmap.data, bitmap.data + bitmap.size);
    range.bitmap = reinterpret_cast<uint64_t>(copies[i].data());
  }
  if (vm.Ioctl(kSetMsrFilter, &filter) < 0) ThrowErrno(env, "KVM_X86_SET_MSR_FILTER", errno);
  return env.Undefined();
}
