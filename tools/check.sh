#!/bin/sh
# Everything that has to hold before a change goes in, below 15 minutes on two cores:
#   build/        the tree as tools/build.sh makes it, warnings are errors, all tests
#   build-asan/   the same under AddressSanitizer and UndefinedBehaviorSanitizer, all tests
#   build-clang/  the same compiled by clang, warnings are errors
#   --dist        also make distcheck: the tarball builds, passes and installs
#   --quick       build/ alone
# The last line is "N passed, N failed"; the exit status is 0 when nothing failed.
#
# JOBS  how many compilers and tests run at once
set -u

cd "$(dirname "$0")/.."
jobs=${JOBS:-$(nproc 2>/dev/null || echo 2)}
quick= dist=
for option in "$@"; do
    case $option in
    --quick) quick=1 ;;
    --dist) dist=1 ;;
    *)
        echo "usage: tools/check.sh [--quick] [--dist]" >&2
        exit 2
        ;;
    esac
done

passed=0 failed=0 skipped=0
export JOBS="$jobs"

say() {
    echo "== $*"
}

# stage_failed WHAT: a stage that did not get as far as its tests counts as one failure.
stage_failed() {
    echo "not ok: $*"
    failed=$((failed + 1))
}

# build DIR OPTION...
build() {
    dir=$1
    shift
    say "$dir: build $*"
    BUILD=$dir tools/build.sh "$@" >"$dir.log" 2>&1 || {
        tail -40 "$dir.log"
        stage_failed "$dir: build"
        return 1
    }
    rm -f "$dir.log"
}

# run_tests DIR: the results are those of Automake's driver, one line for each TAP line.
run_tests() {
    say "$1: tests"
    find "$1" -name '*.trs' -exec rm -f {} +
    make -s -k -j"$jobs" -C "$1" check >"$1/check.out" 2>&1
    status=$?
    make -s -k -C "$1" stories >>"$1/check.out" 2>&1 || status=$?
    results=$(find "$1" -name '*.trs' -exec grep -h '^:test-result:' {} +)
    good=$(echo "$results" | grep -cE ': (PASS|XFAIL)')
    bad=$(echo "$results" | grep -cE ': (FAIL|XPASS|ERROR)')
    skip=$(echo "$results" | grep -cE ': SKIP')
    passed=$((passed + good)) failed=$((failed + bad)) skipped=$((skipped + skip))
    grep -E '^(FAIL|XPASS|ERROR):' "$1/check.out"
    if [ "$status" != 0 ] && [ "$bad" = 0 ]; then
        grep -E 'error|Error|undefined' "$1/check.out" | head -20
        stage_failed "$1: make check"
    elif [ "$good" = 0 ]; then
        stage_failed "$1: no test ran"
    fi
    echo "$1: $good passed, $bad failed, $skip skipped"
}

# run_demo DIR: the demonstration ends with 0 when all that it shows is so; it counts as one test.
run_demo() {
    say "$1: tools/demo.sh --once"
    if BUILD=$1 tools/demo.sh --once >"$1/demo.out" 2>&1; then
        passed=$((passed + 1))
    else
        tail -20 "$1/demo.out"
        stage_failed "$1: tools/demo.sh --once"
    fi
}

compile_tests() {
    make -s -j"$jobs" -C "$1" check TESTS= >"$1/check.out" 2>&1 || {
        grep -E 'error|warning|undefined' "$1/check.out" | head -20
        stage_failed "$1: the tests do not compile"
    }
}

build build --enable-werror && run_tests build && run_demo build

if [ -z "$quick" ]; then
    ASAN_OPTIONS=${ASAN_OPTIONS:-detect_leaks=1:abort_on_error=0}
    UBSAN_OPTIONS=${UBSAN_OPTIONS:-print_stacktrace=1}
    export ASAN_OPTIONS UBSAN_OPTIONS
    build build-asan --enable-werror --with-sanitizer=address,undefined CFLAGS=-O1 && run_tests build-asan
    WITH_CLANG=1 build build-clang --enable-werror CC=clang && compile_tests build-clang
fi

if [ -n "$dist" ]; then
    say "distcheck"
    make -s -j"$jobs" -C build distcheck >build/distcheck.out 2>&1 || {
        tail -40 build/distcheck.out
        stage_failed "make distcheck"
    }
fi

[ "$skipped" = 0 ] || echo "$skipped skipped"
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
