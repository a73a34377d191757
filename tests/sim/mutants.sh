#!/bin/sh
# Breaks a copy of the tree in small ways, one after the other, and shows that the simulators, or the
# crashes (tests/crash), find each:
#     tests/sim/mutants.sh SOURCE_DIR [NAME...]
# MUTANT_WORLDS limits the worlds of each, MUTANT_CRASHES the kills. Each file of mutants/ is a patch; its first line says which
# simulator and what is broken. Ends with 1 when one is not found.
set -eu
source=$(cd "$1" && pwd)
shift
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
missed=0

tar -C "$source" --exclude=.git --exclude=./build --exclude='./build-[!a]*' -cf - . | tar -C "$work" -xf -
mkdir "$work/build"
cd "$work/build"
echo "# building a copy"
../configure -q > configure.out 2>&1 || { tail -5 configure.out; exit 1; }
${MAKE:-make} -s tests/sim/engine-sim tests/sim/session-sim > make.out 2>&1 || { tail -5 make.out; exit 1; }

# Daemons built from the broken copy.
try_crash() {
    kills=${MUTANT_CRASHES:-500}
    patch -s -d .. -p1 < "$patch"
    if ! ${MAKE:-make} -s thiduad thidua > make.out 2>&1; then
        echo "not ok - $name: does not build"
        missed=1
    elif timeout 900 python3 ../tests/crash/crash.py --crashes "$kills" --every 10 --seed 1 > sim.out 2>&1; then
        echo "not ok - $name: $what; not found by $kills kills"
        missed=1
    else
        echo "ok - $name: $what; found: $(tail -n 1 sim.out)"
        rm -rf "$(sed -n 's/^# kept: //p' sim.out)"
    fi
    patch -s -R -d .. -p1 < "$patch"
}

try() {
    name=$1
    patch=$source/tests/sim/mutants/$name.patch
    simulator=$(sed -n '1s/:.*//p' "$patch")
    what=$(sed -n '1s/[^:]*: //p' "$patch")
    case $simulator in
    crash) try_crash; return ;;
    session-sim) worlds=${MUTANT_WORLDS:-300} ;;
    *) worlds=${MUTANT_WORLDS:-3000} ;;
    esac

    patch -s -d .. -p1 < "$patch"
    if ! ${MAKE:-make} -s "tests/sim/$simulator" > make.out 2>&1; then
        echo "not ok - $name: does not build"
        missed=1
    elif timeout 600 "tests/sim/$simulator" --worlds "$worlds" > sim.out 2>&1; then
        echo "not ok - $name: $what; not found in $worlds worlds"
        missed=1
    else
        seed=$(sed -n 's/^# seed \([0-9]*\).*/\1/p' sim.out | head -n 1)
        echo "ok - $name: $what; found in world ${seed:-1}:$(sed -n 's/^# seed [0-9]* step [0-9]*:\{0,1\}//p' sim.out | head -n 1)"
    fi
    patch -s -R -d .. -p1 < "$patch"
}

if [ $# -eq 0 ]; then
    for file in "$source"/tests/sim/mutants/*.patch; do
        set -- "$@" "$(basename "$file" .patch)"
    done
fi
for name in "$@"; do
    try "$name"
done
exit $missed
