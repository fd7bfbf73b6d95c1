; The classic demonstration: a 16-bit kernel that fits into one sector.
;
; Where there is no memory at 0xB8000, each store to the screen leaves the CPU as an MMIO exit: that is how the virtual
; machine's monitor comes to be filled.
;
; Assemble: nasm -f bin hello.asm -o hello.bin
; Run:      picovm run hello.bin --load 0 --memory 4K

bits 16
org 0

start:
        xor ax, ax
        mov ds, ax              ; the kernel lies in segment 0
        mov ss, ax
        mov sp, 0x1000          ; the end of 4 KiB of memory
        call show_banner
        hlt

%include "banner.inc"

        times 510 - ($ - $$) db 0
        db 0x55, 0xAA           ; the signature of a boot sector
