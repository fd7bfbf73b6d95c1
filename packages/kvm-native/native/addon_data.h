#pragma once

#include <napi.h>

#include <utility>

// What the addon keeps for each environment (the main thread, each worker).
struct AddonData {
  // The classes whose objects the addon makes itself.
  Napi::FunctionReference vm_class;
  Napi::FunctionReference vcpu_class;
  Napi::FunctionReference device_class;
  Napi::FunctionReference stats_class;

  // What a program could replace later, as it was when the addon was loaded (wasm_span.cc).
  Napi::FunctionReference uint8_array;
  Napi::FunctionReference memory_buffer;
  Napi::FunctionReference memory_grow;

  // What the object is made of that is being made, and the class that it is for. A class that finds nothing for itself
  // here was called by JavaScript.
  void* parts = nullptr;
  const void* parts_for = nullptr;
};

// An object of a class that JavaScript cannot make objects of.
template <typename Class>
Napi::Value MakeObject(Napi::Env env, const Napi::FunctionReference& js_class, typename Class::Parts& parts) {
  auto* data = env.GetInstanceData<AddonData>();
  data->parts = &parts;
  data->parts_for = &Class::kTag;
  try {
    Napi::Value made = js_class.New({});
    data->parts = nullptr;
    return made;
  } catch (...) {
    data->parts = nullptr;
    throw;
  }
}

// For the constructor of such a class: null if JavaScript called it.
template <typename Class>
typename Class::Parts* TakeParts(Napi::Env env) {
  auto* data = env.GetInstanceData<AddonData>();
  void* parts = data->parts_for == &Class::kTag ? std::exchange(data->parts, nullptr) : nullptr;
  return static_cast<typename Class::Parts*>(parts);
}
