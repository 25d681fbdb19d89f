#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Gathers what a machine with a GPU but without our libraries needs to check and time the device path:
#   device_pack.sh BUILD ARCHIVE.tar.xz     (BUILD: build/release)
# Programs and libraries are stripped. There, beside a checkout: device_check.sh ARCHIVE.tar.xz OUT
set -euo pipefail
build=$(readlink -f "$1") archive=$2
pack=$(mktemp -d); trap 'rm -rf "$pack"' EXIT
mkdir "$pack"/{bin,lib}
for program in leyden kernels_cuda_device_test kernels_cuda_bench; do cp "$build/bin/$program" "$pack/bin/"; done
cp -L "$build"/lib/libleyden.so.? "$pack/lib/"
cp "$build/lib/libleyden_cuda.so" "$pack/lib/"
# Everything the programs load but the C library.
ldd "$pack"/bin/* "$pack"/lib/libleyden.so.? 2>/dev/null |
  awk '$3 ~ /^\// && $1 !~ /^(libc|libm|libdl|libpthread|librt|libleyden)\.so/ {print $3}' | sort -u |
  xargs -I{} cp -nL {} "$pack/lib/"
strip --strip-unneeded "$pack"/bin/* "$pack"/lib/*.so* 2>/dev/null || true
tar -C "$pack" -cJf "$archive" bin lib
ls -sh "$archive"
