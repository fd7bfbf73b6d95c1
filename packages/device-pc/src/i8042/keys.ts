// Scan codes of set 2 by the names of the web's KeyboardEvent.code (W3C UI Events KeyboardEvent code Values), hexadecimal; 1xx
// has the prefix E0h. The order is that of the numbers in snapshots: new keys come last.
const SET_2 =
  'Escape:76 F1:05 F2:06 F3:04 F4:0C F5:03 F6:0B F7:83 F8:0A F9:01 F10:09 F11:78 F12:07 Backquote:0E Digit1:16 ' +
  'Digit2:1E Digit3:26 Digit4:25 Digit5:2E Digit6:36 Digit7:3D Digit8:3E Digit9:46 Digit0:45 Minus:4E Equal:55 ' +
  'Backspace:66 Tab:0D KeyQ:15 KeyW:1D KeyE:24 KeyR:2D KeyT:2C KeyY:35 KeyU:3C KeyI:43 KeyO:44 KeyP:4D ' +
  'BracketLeft:54 BracketRight:5B Backslash:5D CapsLock:58 KeyA:1C KeyS:1B KeyD:23 KeyF:2B KeyG:34 KeyH:33 ' +
  'KeyJ:3B KeyK:42 KeyL:4B Semicolon:4C Quote:52 Enter:5A ShiftLeft:12 KeyZ:1A KeyX:22 KeyC:21 KeyV:2A KeyB:32 ' +
  'KeyN:31 KeyM:3A Comma:41 Period:49 Slash:4A ShiftRight:59 ControlLeft:14 AltLeft:11 Space:29 AltRight:111 ' +
  'ControlRight:114 MetaLeft:11F MetaRight:127 ContextMenu:12F Insert:170 Home:16C PageUp:17D Delete:171 ' +
  'End:169 PageDown:17A ArrowUp:175 ArrowLeft:16B ArrowDown:172 ArrowRight:174 NumLock:77 NumpadDivide:14A ' +
  'NumpadMultiply:7C NumpadSubtract:7B Numpad7:6C Numpad8:75 Numpad9:7D NumpadAdd:79 Numpad4:6B Numpad5:73 ' +
  'Numpad6:74 Numpad1:69 Numpad2:72 Numpad3:7A NumpadEnter:15A Numpad0:70 NumpadDecimal:71 ScrollLock:7E ' +
  'PrintScreen:17C Pause:177 IntlBackslash:61 IntlRo:51 IntlYen:6A KanaMode:13 Convert:64 NonConvert:67 ' +
  'NumpadComma:6D Power:137 Sleep:13F WakeUp:15E AudioVolumeMute:123 AudioVolumeDown:121 AudioVolumeUp:132';

// Those of set 3 that are not the last byte of set 2; 0: it has none.
const SET_3 =
  'Escape:08 F1:07 F2:0F F3:17 F4:1F F5:27 F6:2F F7:37 F8:3F F9:47 F10:4F F11:56 F12:5E PrintScreen:57 ' +
  'ScrollLock:5F Pause:62 ArrowUp:63 ArrowDown:60 ArrowLeft:61 ArrowRight:6A Insert:67 Home:6E PageUp:6F ' +
  'Delete:64 End:65 PageDown:6D NumLock:76 NumpadDivide:77 NumpadMultiply:7E NumpadSubtract:84 NumpadAdd:7C ' +
  'NumpadEnter:79 ControlLeft:11 ControlRight:58 AltLeft:19 AltRight:39 CapsLock:14 MetaLeft:8B MetaRight:8C ' +
  'ContextMenu:8D Backslash:5C IntlBackslash:13 IntlYen:5D KanaMode:87 Convert:86 NonConvert:85 NumpadComma:7B ' +
  'Power:0 Sleep:0 WakeUp:0 AudioVolumeMute:0 AudioVolumeDown:0 AudioVolumeUp:0';

const codes: ReadonlyMap<string, number> = /* @__PURE__ */ parse(SET_2);
const codes3: ReadonlyMap<string, number> = /* @__PURE__ */ parse(SET_3);

/** The names of all keys: the index of a name is the number of its key. */
export const KEY_NAMES: readonly string[] = /* @__PURE__ */ Array.from(codes.keys());

/** Scan codes of set 2 by the numbers of the keys; bit 8 stands for the prefix E0h. */
export const SET_2_CODES: Uint16Array = /* @__PURE__ */ Uint16Array.from(codes.values());

/** Scan codes of set 3 by the numbers of the keys; 0 where there is none. */
export const SET_3_CODES: Uint8Array = /* @__PURE__ */ Uint8Array.from(KEY_NAMES, (name, key) => {
  return codes3.get(name) ?? SET_2_CODES[key];
});

/** The number of a key; -1 if there is none of that name. */
export function keyNumber(name: string): number {
  return KEY_NAMES.indexOf(name);
}

function parse(text: string): ReadonlyMap<string, number> {
  return new Map(
    text.split(' ').map((entry) => {
      const [name, code] = entry.split(':');
      return [name, Number.parseInt(code, 16)];
    }),
  );
}
