; 64-bit mode with 4-level paging, set up from the host: buildPageTables, and enterLongMode.
%include "modes.inc"
        bits 64
        mov rsi, LONG_MEMORY + message
        mov rdi, LONG_SCREEN
        print rsi, rdi
        mov r8, 0x123456789abcdef0
        hlt
message db 'long mode', 0
