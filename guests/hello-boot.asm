; The same kernel as a boot sector: a BIOS loads it at physical address 0x7C00 and jumps to 0000:7C00.
;
; Assemble: nasm -f bin hello-boot.asm -o hello-boot.bin
; Run:      picovm run hello-boot.bin

bits 16
org 0                           ; offsets count from segment 0x07C0

BOOT_SEGMENT    equ 0x07C0      ; physical address 0x7C00

        jmp BOOT_SEGMENT:start  ; from 0000:7C00 to 07C0:0005, so that the offsets are right

start:
        mov ax, BOOT_SEGMENT
        mov ds, ax
        xor ax, ax
        mov ss, ax
        mov sp, 0x7C00          ; the stack grows down from below the boot sector
        call show_banner
        jmp $                   ; there is nothing to return to

%include "banner.inc"

        times 510 - ($ - $$) db 0
        db 0x55, 0xAA           ; the signature of a boot sector
