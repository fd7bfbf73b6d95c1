export { type AcceleratorOptions, accelerators, chooseAccelerator } from './choose-accelerator.ts';
export { isBootSector, type LoadOptions, loadImage, realModeAddress } from './machines/load-image.ts';
export { type Pico, type PicoOptions, pico } from './machines/pico.ts';
