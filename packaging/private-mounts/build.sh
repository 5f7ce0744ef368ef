#!/bin/sh
# Builds the program for this machine's architecture. The result is committed, since a user's machine has no compiler.
set -eu
cd "$(dirname "$0")"
case "$(uname -m)" in
    x86_64) out=private-mounts.x64 arch_flags=-fcf-protection=none ;;
    aarch64) out=private-mounts.arm64 arch_flags= ;;
    *) echo "private-mounts: no build for $(uname -m)" >&2; exit 1 ;;
esac
"${CC:-gcc}" -Os -static -nostdlib -ffreestanding -fno-stack-protector -fno-asynchronous-unwind-tables $arch_flags \
    -Wall -Wextra -Werror -Wl,--build-id=none,-z,noseparate-code,-z,noexecstack,-s -o "$out" private-mounts.c
objcopy --remove-section=.comment --remove-section=.note.gnu.property "$out"
chmod 755 "$out"
echo "packaging/private-mounts/$out: $(wc -c < "$out") bytes"
