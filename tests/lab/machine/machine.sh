# shellcheck shell=bash disable=SC2154,SC2034
# The part "machine" of tests/kernel-lab, which sources this: real QEMUs in the lab's guest, each with devices of the lab's module.

# QEMU with exactly the libraries that it names, beside its own loader: the guest's own libraries are of another generation.
# put_qemu VERSION
put_qemu() {
  local folders tree library into=qemu/$1 libraries
  folders=$("$here/Planner.Lab/Packages/fetch" "$1") || exit 125
  tree=${folders%%$'\n'*}
  libraries=$tree/usr/lib/x86_64-linux-gnu
  for library in $("$libraries/ld-linux-x86-64.so.2" --library-path "$libraries" --list "$tree/usr/bin/qemu-system-x86_64" | grep -oE '/[^ )]+'); do
    put "$library" "$into/lib/${library##*/}"
  done
  put "$libraries/ld-linux-x86-64.so.2" "$into/lib/ld-linux-x86-64.so.2"
  put "$tree/usr/bin/qemu-system-x86_64" "$into/qemu"
  # The only one of its data files that it asks for.
  put "$tree/usr/share/qemu/kvmvapic.bin" "$into/share/kvmvapic.bin"
}

# The firmware image that stands for a machine's operating system.
build_rom() {
  as --32 --noexecstack "$here/lab/machine/rom.S" -o "$scratch/rom.o" && ld -m elf_i386 -Ttext 0 -e 0 --oformat binary "$scratch/rom.o" -o "$scratch/rom.bin" ||
    fail "the machine's firmware does not build."
  files+=("$scratch/rom.bin:rom.bin")
}

prepare_machine() {
  local version
  # Two for the source, two for the destination, one without migration, and a pair that logs what it writes, which Debian's kernel cannot report.
  module_options=${module_options:-"ndev=7 mig_flags=7,7,7,7,0,7,7 pci=1,1,1,1,1,1,1 dma_log=0,0,0,0,0,1,1"}
  build_rom
  put_planner
  publish_tests
  program=$published
  make_root
  for version in "${versions[@]}"; do
    put_qemu "$version"
  done
}

# Boots once with the driver's arguments; its counts are kept for the sum.
# boot_machine ARGUMENT...
boot_machine() {
  local ended=0
  arguments=(machine "$@")
  pack_image
  run || ended=$?
  ((boots += 1))
  # The driver's own status is 0 or 1, and says what its counts say.
  ((ended <= 1)) || worst=$ended
}

# Times hold to milliseconds only where the guest's time is a matter of its instructions; behaviour and statistics are three times quicker without.
run_machine() {
  ((${#versions[@]})) || versions=(10.0)
  ((!runs || ${#versions[@]} > 1)) || versions=(10.0 11.1)
  local boots=0 worst=0 part=("${arguments[@]}")
  memory=$((512 + 128 * ${#versions[@]})) compress=cat
  [[ -z $out ]] || mkdir -p "$out"
  : > "$scratch/counts"
  prepare_machine
  if [[ ${part[0]:-} == session ]]; then
    # Commands as a person types them; nothing is counted but that they end as they should.
    timing=("${quick_timing[@]}")
    boot_machine session
  elif ((runs)); then
    seconds=${told_seconds:-$((180 + (icount ? 40 : 12) * runs))}
    ((icount)) || timing=("${quick_timing[@]}")
    boot_machine runs "$runs" "$seed"
  else
    boot_machine times "${part[@]}"
    timing=("${quick_timing[@]}")
    boot_machine behaviour "${part[@]}"
  fi
  awk -v boots="$boots" '{ passed += $1; failed += $3 } END { print passed + 0 " passed, " failed + 0 " failed"; exit NR < boots || !passed || failed }' "$scratch/counts" || worst=$((worst ? worst : 1))
  return "$worst"
}

show_results() {
  local built
  built=$(dotnet build "$here/Planner.Lab" --configuration Release --verbosity quiet 2>&1) || { echo "$built" >&2; exit 125; }
  exec dotnet "$here/Planner.Lab/bin/Release/net10.0/Planner.Lab.dll" machines "$shown"
}
