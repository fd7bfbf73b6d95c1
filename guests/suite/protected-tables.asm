; The registers of tables: GDTR, IDTR, LDTR and TR, and a segment of the LDT.
%include "protected.inc"
        enter_protected
        sldt ax
        movzx eax, ax
        show eax
        mov ax, LDTS
        lldt ax
        xor eax, eax
        sldt ax
        show eax
        mov dword [0x4008], 0x6000ffff
        mov dword [0x400c], 0x00409300
        mov ax, 0x0c            ; entry 1 of the LDT
        mov fs, ax
        mov dword [fs:0x10], 0x0badcafe
        show [0x6010]
        mov ax, TSS
        ltr ax
        str ax
        movzx eax, ax
        show eax
        mov eax, [GDT + TSS + 4]
        show eax                ; busy
        mov ax, TSS
        fails ltr ax
        sgdt [0x5000]
        show [0x5000]
        movzx eax, word [0x5004]
        show eax
        sidt [0x5000]
        show [0x5000]
        smsw ax
        and eax, 1
        show eax
        done
