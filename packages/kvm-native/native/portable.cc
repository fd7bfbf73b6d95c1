// What the C++ runtime, which is linked into the addon, asks of glibc and only of newer ones: so that one binary runs on
// glibc from 2.28 on and on musl. scripts/native/portable-link.mjs says how it is linked, and defines KVM_NATIVE_PORTABLE.

#ifdef KVM_NATIVE_PORTABLE

#include <dlfcn.h>
#include <link.h>
#include <pthread.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <new>

// The headers of glibc 2.32 make libstdc++ look here whether there is but one thread. Node has more.
extern "C" {
extern char __libc_single_threaded;
char __libc_single_threaded = 0;
}

// libgcc and libstdc++ take a process in which glibc's name for this is missing for one without threads, and lock nothing.
extern "C" int __pthread_key_create(pthread_key_t* key, void (*destroy)(void*)) noexcept {
  return ::pthread_key_create(key, destroy);
}

// The libstdc++ of GCC 13 and newer reads a setting with what glibc 2.38 calls strtoul.
extern "C" unsigned long ClassicStrtoul(const char* text, char** end, int base) __asm__("strtoul");
extern "C" unsigned long __isoc23_strtoul(const char* text, char** end, int base) noexcept {
  return ClassicStrtoul(text, end, base);
}

// What std::terminate does. libstdc++'s own also prints the name of the type, for which it brings a demangler of 60 kB.
namespace __gnu_cxx {
void __verbose_terminate_handler() {
  constexpr char kText[] = "kvm-native: an exception that nobody catches\n";
  if (::write(STDERR_FILENO, kText, sizeof(kText) - 1) < 0) std::abort();
  std::abort();
}
}  // namespace __gnu_cxx

// How libstdc++ waits until a time of the steady clock: with a function of glibc 2.30. Here the deadline becomes one of the
// system's clock, the only one that the condition variable of a C++ program knows otherwise. If that clock is set while a
// thread waits, it wakes up earlier or later; libstdc++ then looks at the steady clock itself.
extern "C" int pthread_cond_clockwait(pthread_cond_t* condition, pthread_mutex_t* mutex, clockid_t clock,
                                      const timespec* deadline) {
  constexpr long kSecond = 1'000'000'000;
  timespec now{};
  timespec until{};
  if (::clock_gettime(clock, &now) != 0 || ::clock_gettime(CLOCK_REALTIME, &until) != 0) return EINVAL;
  until.tv_sec += deadline->tv_sec - now.tv_sec;
  until.tv_nsec += deadline->tv_nsec - now.tv_nsec;
  if (until.tv_nsec < 0) {
    until.tv_sec--;
    until.tv_nsec += kSecond;
  } else if (until.tv_nsec >= kSecond) {
    until.tv_sec++;
    until.tv_nsec -= kSecond;
  }
  return ::pthread_cond_timedwait(condition, mutex, &until);
}

// What GCC calls for a `thread_local` with a destructor; libstdc++'s own asks glibc. These run with the destructors of the
// thread's keys; those of the thread that ends the process with the statics.
namespace {

struct ThreadEnd {
  void (*destroy)(void*);
  void* object;
  ThreadEnd* next;
};

void RunThreadEnds(void* list) {
  for (auto* end = static_cast<ThreadEnd*>(list); end != nullptr;) {
    ThreadEnd* next = end->next;
    end->destroy(end->object);
    delete end;
    end = next;
  }
}

class ThreadEndKey {
 public:
  ThreadEndKey() : error_(::pthread_key_create(&key_, RunThreadEnds)) {}
  ~ThreadEndKey() {
    if (error_ != 0) return;
    void* list = ::pthread_getspecific(key_);
    ::pthread_setspecific(key_, nullptr);
    RunThreadEnds(list);
  }

  bool Add(void (*destroy)(void*), void* object) {
    if (error_ != 0) return false;
    auto* before = static_cast<ThreadEnd*>(::pthread_getspecific(key_));
    auto* end = new (std::nothrow) ThreadEnd{destroy, object, before};
    if (end == nullptr) return false;
    if (::pthread_setspecific(key_, end) == 0) return true;
    delete end;
    return false;
  }

 private:
  pthread_key_t key_{};
  int error_;
};

}  // namespace

extern "C" int __cxa_thread_atexit(void (*destroy)(void*), void* object, void*) {
  static ThreadEndKey key;
  return key.Add(destroy, object) ? 0 : -1;
}

// Where the unwinder of GCC 12 finds the tables for the code at an address: in glibc 2.35. Unwinders before it have their own
// way, which is this one.
#ifdef DLFO_STRUCT_HAS_EH_DBASE
namespace {

struct Search {
  uintptr_t address;
  dl_find_object* found;
};

int LookInto(dl_phdr_info* object, size_t, void* data) {
  auto* search = static_cast<Search*>(data);
  const ElfW(Phdr)* code = nullptr;
  const ElfW(Phdr)* tables = nullptr;
  for (int i = 0; i < object->dlpi_phnum; i++) {
    const ElfW(Phdr)& part = object->dlpi_phdr[i];
    if (part.p_type == PT_GNU_EH_FRAME) tables = &part;
    else if (part.p_type == PT_LOAD && search->address - (object->dlpi_addr + part.p_vaddr) < part.p_memsz) code = &part;
  }
  if (code == nullptr) return 0;
  if (tables == nullptr) return -1;
  const uintptr_t start = object->dlpi_addr + code->p_vaddr;
  search->found->dlfo_map_start = reinterpret_cast<void*>(start);
  search->found->dlfo_map_end = reinterpret_cast<void*>(start + code->p_memsz);
  search->found->dlfo_eh_frame = reinterpret_cast<void*>(object->dlpi_addr + tables->p_vaddr);
  return 1;
}

}  // namespace

extern "C" int _dl_find_object(void* address, dl_find_object* found) noexcept {
  Search search{reinterpret_cast<uintptr_t>(address), found};
  return ::dl_iterate_phdr(LookInto, &search) == 1 ? 0 : -1;
}
#endif

#endif  // KVM_NATIVE_PORTABLE
