#pragma once

#include <napi.h>

#include <cstdint>
#include <vector>

#include "fd.h"

// What JavaScript passes for the argument of an ioctl.
enum class ArgumentKind : uint8_t {
  kNone,     // ()
  kInteger,  // (integer): 0 to `max`, passed as it is
  kStruct,   // (Uint8Array): exactly `size` bytes. The kernel reads them, writes them, or both
  kEntries,  // (Uint8Array): `size` bytes of header and entries of `entry_size`, as many as the header's count says
  kRoom,     // the same, and the count is first set to the number of entries that there is room for
  kXsave,    // (Uint8Array): as many bytes as the VM says
  kNested,   // (Uint8Array): a header of `size` bytes and data, whose length in all is set in the header
};

// An ioctl whose argument holds neither addresses nor descriptors: a row is all there is to it. Those that have some are
// methods of their own.
struct IoctlRow {
  const char* method;
  const char* name;
  unsigned long request;
  ArgumentKind kind;
  uint32_t size = 0;
  uint32_t entry_size = 0;
  uint32_t count_offset = 0;  // where the header has the count, or the length
  uint64_t max = 0;
};

// No other request ever reaches the kernel from a table: JavaScript names methods, not numbers.
extern const std::vector<IoctlRow> kSystemIoctls;
extern const std::vector<IoctlRow> kVmIoctls;
extern const std::vector<IoctlRow> kVcpuIoctls;

// Calls the ioctl of the row that the method was defined with, and returns its result, a number.
// `vm` is asked for the size of an XSAVE area.
Napi::Value CallRow(const Napi::CallbackInfo& info, const Fd& fd, const Fd& vm);
