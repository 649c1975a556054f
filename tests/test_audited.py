"""CI's reading of pip-audit: silence is not a clean bill, and a finding stops the build."""

import importlib.util
import json

import pytest
from django.conf import settings

spec = importlib.util.spec_from_file_location("audited", settings.BASE_DIR / ".ci" / "audited.py")
audited = importlib.util.module_from_spec(spec)
spec.loader.exec_module(audited)

CLEAN = {"name": "django", "version": "5.2.19", "vulns": []}
BAD = {"name": "gunicorn", "version": "1.0", "vulns": [{"id": "PYSEC-1"}]}
SKIPPED = {"name": "amqp", "skip_reason": "not found"}


@pytest.mark.parametrize(
    ("packages", "code", "well", "words"),
    (
        ([CLEAN], 0, True, "1 packages audited"),
        ([CLEAN, BAD], 1, False, "vulnerabilities in gunicorn"),
        ([SKIPPED], 0, True, "NOT AUDITED"),
        ([], 0, True, "NOT AUDITED"),
        (None, 1, True, "NOT AUDITED"),
    ),
    ids=("clean", "bad", "skipped", "empty", "no report"),
)
def test_verdict(packages, code, well, words, tmp_path):
    report = tmp_path / "report.json"
    report.write_text("" if packages is None else json.dumps({"dependencies": packages}))

    go_on, said = audited.verdict(report, code)

    assert go_on is well
    assert words in said
