"""No secret of the target file is in anything that is written, in whatever form a server or a user
wrote it.
"""

import tempfile
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from conformance.plugin.closing import option
from conformance.selftest.report.everywhere import write_everything
from conformance.selftest.transport.secret_forms import FORMS, secrets
from conformance.transport import redaction


@settings(max_examples=40)
@given(secrets(), st.sampled_from(sorted(FORMS)))
@example("Zq7'x\\\"é y", "shell")
@example("Zq7\"<&>'x", "xml")
def test_nowhere_in_no_form(secret: str, form: str) -> None:
    redaction.forget()
    redaction.learn([secret])
    written = FORMS[form](secret)
    text = f"<{written}>"
    sought = {each(secret).lower() for each in FORMS.values()}
    with tempfile.TemporaryDirectory() as folder:
        for name, content in write_everything(
            text, Path(folder), rerun=f"run --set {option(f'auth.secret_key={secret}')}"
        ):
            assert [each for each in sought if each in content.lower()] == [], name


@pytest.mark.parametrize("key", ["auth.secret_key", "auth.header", "network.proxy"])
def test_an_option_that_carries_a_secret_is_a_variable_in_a_line_to_paste(key: str) -> None:
    assert option(f"{key}=it's") == f'{key}="$ISALES_{key.replace(".", "_").upper()}"'
    assert option("pace.concurrency=2") == "pace.concurrency=2"
