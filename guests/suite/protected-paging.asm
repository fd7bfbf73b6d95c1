; Paging: two pages that change places, accessed and dirty bits, page faults, WP, and a page of 4 MiB.
%include "protected.inc"
DIRECTORY equ 0x9000
TABLE   equ 0xa000
        enter_protected
        ; All of it one to one, but for pages 0C and 0D, which are exchanged; 0E is absent, 0F read-only.
        mov edi, DIRECTORY
        mov ecx, 2048
        xor eax, eax
        rep stosd
        mov dword [DIRECTORY], TABLE | 7
        mov dword [DIRECTORY + 4], TABLE | 7    ; 400000 is the same
        mov edi, TABLE
        mov eax, 7
.page:  mov [edi], eax
        add edi, 4
        add eax, 0x1000
        cmp eax, 0x10007
        jb .page
        mov dword [TABLE + 0x0c * 4], 0xd007
        mov dword [TABLE + 0x0d * 4], 0xc007
        mov dword [TABLE + 0x0e * 4], 0xe006
        mov dword [TABLE + 0x0f * 4], 0xf005
        mov dword [0xc000], 0xcccccccc
        mov dword [0xd000], 0xdddddddd
        mov dword [0xf000], 0xffffffff
        mov eax, DIRECTORY
        mov cr3, eax
        mov eax, cr0
        or eax, 0x80000000
        mov cr0, eax
        jmp .on
.on:    show [0xc000]
        show [0xd000]
        show [0x40c000]
        mov dword [0xc004], 0x12345678
        show [0x40c004]
        mov eax, [TABLE + 0x0c * 4]
        show eax                        ; accessed, dirty
        mov eax, [TABLE + 0x0d * 4]
        show eax                        ; accessed
        mov eax, [DIRECTORY]
        and eax, 0xffffffbf
        show eax
        ; An entry that changes counts from INVLPG on.
        mov dword [TABLE + 0x0c * 4], 0xc007
        invlpg [0xc000]
        show [0xc000]
        ; Faults.
        fails mov eax, [0xe123]
        mov eax, cr2
        show eax
        fails mov dword [0x40e124], 1
        mov eax, cr2
        show eax
        fails mov eax, [0x800000]
        mov eax, cr2
        show eax
        ; Read-only pages are so for level 0 with CR0.WP alone.
        mov dword [0xf000], 0x0f0f0f0f
        show [0xf000]
        mov eax, cr0
        or eax, 0x10000
        mov cr0, eax
        fails mov dword [0xf000], 1
        mov eax, cr2
        show eax
        show [0xf000]
        ; Across two pages: nothing is written if the second is absent.
        fails mov dword [0xdffe], 0x99999999
        mov ax, [0xdffe]
        movzx eax, ax
        show eax
        done
