"""Read a report of pip-audit: fail on a vulnerability, and never call it clean when nothing was asked.

usage: audited.py REPORT EXIT_CODE
"""

import json
import sys
from pathlib import Path


def verdict(report: Path, code: int) -> tuple[bool, str]:
    """Whether to go on, and why."""
    try:
        packages = json.loads(report.read_text())["dependencies"]
    except (OSError, ValueError, KeyError):
        return True, f"NOT AUDITED: no advisory data reachable (pip-audit ended with {code})."
    asked = [package for package in packages if "vulns" in package]
    bad = [package["name"] for package in asked if package["vulns"]]
    if bad:
        return False, f"Known vulnerabilities in {', '.join(sorted(bad))}."
    if code or not asked:
        return True, f"NOT AUDITED: {len(asked)} packages asked, pip-audit ended with {code}."
    return True, f"{len(asked)} packages audited, no known vulnerability."


if __name__ == "__main__":
    well, words = verdict(Path(sys.argv[1]), int(sys.argv[2]))
    print(words)  # noqa: T201 -- a line for the log of CI
    sys.exit(not well)
