#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <thread>

#include "fd.h"

// Waits for the eventfds of one environment in a thread of its own, which lives as long as there is one to wait for.
// Node-API has no way to let libuv wait for a descriptor that does not depend on the version of Node.
class EventWatcher {
 public:
  EventWatcher() = default;
  ~EventWatcher();
  EventWatcher(const EventWatcher&) = delete;
  EventWatcher& operator=(const EventWatcher&) = delete;

  // Calls `ready`, in the other thread, when `fd` can be read; then not again before Rearm. `id` receives what names this
  // watch. Returns 0 or an errno.
  int Add(int fd, std::function<void()> ready, uint64_t& id);
  void Rearm(int fd, uint64_t id);
  // `ready` is not called any more once this returned.
  void Remove(int fd, uint64_t id);

 private:
  int Start();
  void Stop();
  void Loop();

  Fd epoll_;
  Fd wake_;
  std::thread thread_;
  // Held while `ready` is called, so that Remove waits for it.
  std::mutex mutex_;
  std::map<uint64_t, std::function<void()>> watches_;
  std::atomic<bool> stopping_{false};
  uint64_t next_id_ = 1;
};
