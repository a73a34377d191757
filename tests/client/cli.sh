#!/bin/sh
# The client against canned answers; cli.py has the tests.
exec env PYTHONDONTWRITEBYTECODE=1 python3 "${srcdir:-.}/tests/client/cli.py" "${top_builddir:-.}"
